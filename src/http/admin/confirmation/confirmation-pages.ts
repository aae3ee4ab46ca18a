import { Elysia } from 'elysia'
import { ApiError } from '../../../failures.ts'
import { passwordMost, passwordTooLong } from '../../../people/password-rules.ts'
import type { Passwords } from '../../../people/passwords.ts'
import type { Sessions } from '../../../people/sessions.ts'
import { readForm } from '../../body.ts'
import { enrolling, type GuardDeps } from '../guard.ts'
import { createProve, type ProveDeps, type Proved } from '../second-factor/prove.ts'
import { relyingParty } from '../second-factor/relying-party.ts'
import { withoutConfirmation } from './confirmation-needed.ts'
import { confirmationPage } from './confirmation.tsx'
import { run } from '../../../work.ts'

export type ConfirmationPagesDeps = GuardDeps &
  ProveDeps & {
    passwords: Pick<Passwords, 'signIn'>
    sessions: GuardDeps['sessions'] & Pick<Sessions, 'renew'>
  }

/** The same message for everything that is wrong, and for too many attempts. */
const notConfirmed =
  'That was wrong, or there were too many attempts. Wait a moment and try again, or confirm in another way.'

/** Confirms who it is, and sends the form that waited on its way. */
export const confirmationPages = (deps: ConfirmationPagesDeps) => {
  const { config, countDenial, factors, passwords, sessions } = deps
  const prove = createProve(deps)

  return new Elysia({ name: 'confirmation-pages' })
    .use(enrolling(deps))
    .get('/confirm', ({ redirect }) => redirect('/admin', 303))
    .post(
      '/confirm',
      async ({ actor, person, redirect, request, server, set }) => {
        const given = await readForm(request)
        const { confirm_path: path = '', confirm_password: password = '', confirm_code: code } = given
        await run(actor.confirm())
        if (!path.startsWith('/admin/')) throw new ApiError('invalid_body', { detail: 'it names no form' })
        const signedIn = await run(sessions.find(request))
        if (!signedIn) throw new ApiError('sign_in_needed')
        const renew = function* () {
          return { done: yield* sessions.renew(signedIn, { hasFactor: false }) }
        }

        const byPassword = async (): Promise<Proved<string>> => {
          const result = await passwords.signIn(person.email, password, actor.address)
          await run(actor.confirm())
          if ('person' in result) return await run(renew())
          const denial = {
            action: 'sign_in.failed',
            agency: person.agencyId,
            target: 'confirmation',
          } as const
          countDenial({ ...denial, actor })
          return result
        }
        const passkey = given.confirm_passkey
        const proof = passkey ? { passkey } : code ? { code } : undefined
        const rp = relyingParty({ request, server }, config)
        const proved = await (proof
          ? prove(proof, { person, actor, rp, recovery: false }, renew)
          : byPassword())

        if ('done' in proved) {
          set.headers['set-cookie'] = proved.done
          // RFC 9110 §15.4.8: the browser repeats the method and the body, with the fields of the form.
          return redirect(path, 307)
        }
        set.status = proved.retryAfterSeconds === undefined ? 422 : 429
        const sentence = password.length > passwordMost ? passwordTooLong : notConfirmed
        const field = passkey ? 'confirm_passkey' : code ? 'confirm_code' : 'confirm_password'
        const kinds = new Set((await run(factors.list(person.id))).map(({ kind }) => kind))
        const ways = { hasApp: kinds.has('totp'), hasPasskey: kinds.has('passkey') }
        const form = { email: person.email, path, fields: withoutConfirmation(given), ...ways }
        return confirmationPage(form, { sentence, field })
      },
      { parse: 'none' },
    )
}
