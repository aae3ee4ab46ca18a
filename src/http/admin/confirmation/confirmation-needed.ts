import { ApiError } from '../../../failures.ts'

/** The form that waits for the confirmation, and the ways in which its person can confirm. */
export interface WaitingForm {
  email: string
  path: string
  fields: Readonly<Record<string, string>>
  /** True where the person has such a factor. */
  hasApp: boolean
  hasPasskey: boolean
}

/** The form was not performed. Its page carries it until the person has confirmed that it is them. */
export class ConfirmationNeeded extends ApiError {
  constructor(readonly form: WaitingForm) {
    super('confirmation_needed')
  }
}

const own = 'confirm_'

/** The fields of a form without those of the confirmation that it went through. */
export const withoutConfirmation = (fields: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => !name.startsWith(own)))
