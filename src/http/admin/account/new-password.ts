import { z } from 'zod'
import { emailSchema } from '../../../people/email.ts'
import { passwordLeast, passwordMost } from '../../../people/passwords.ts'

export const newPasswordSchema = z
  .string('Enter a password.')
  .min(passwordLeast, `The password must have at least ${passwordLeast} characters.`)
  .max(passwordMost, `The password must have at most ${passwordMost} characters.`)

/** The e-mail address and password of a new account. */
export const newAccountSchema = z.object({ email: emailSchema, password: newPasswordSchema })
