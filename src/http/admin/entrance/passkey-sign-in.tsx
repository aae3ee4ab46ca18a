import { Elysia } from 'elysia'
import { actedBy, type AuditedChange } from '../../../audit.ts'
import type { CountDenial } from '../../../audit/denials.ts'
import type { Config } from '../../../config.ts'
import type { Clock } from '../../../clock.ts'
import type { PasskeyCredential } from '../../../people/factor.ts'
import type { Passkey, Passkeys } from '../../../people/passkeys.ts'
import type { Person } from '../../../people/person.ts'
import type { Sessions } from '../../../people/sessions.ts'
import { clientAddress } from '../../address.ts'
import { readForm } from '../../body.ts'
import { factorTarget } from '../account/factor-pages.tsx'
import { anyone, type GuardDeps, type AnyoneDeps } from '../guard.ts'
import { pageActor } from '../page-actor.ts'
import { relyingParty } from '../second-factor/relying-party.ts'
import { renderPage } from '../../page/layout.tsx'
import { ownPage } from './going-to.ts'
import { SignInPage } from './forms.tsx'
import { run, type Work } from '../../../work.ts'

export interface PasskeySignInDeps extends AnyoneDeps {
  audit: AuditedChange
  passkeys: Pick<Passkeys, 'requestOptions' | 'signed'>
  factors: { usePasskey(id: string, credential: PasskeyCredential, now: number): Work<boolean> }
  people: { find(id: string): Work<Person | undefined> }
  sessions: Pick<Sessions, 'open'>
  config: GuardDeps['config'] & Pick<Config, 'oidc'>
  clock: Pick<Clock, 'now'>
  countDenial: CountDenial
}

const refusal = 'The passkey is not known here, or was not accepted. Sign in with your password.'

/** Signing in with a passkey alone, which is two factors: the device, and what unlocks it. */
export const passkeySignIn = (deps: PasskeySignInDeps) => {
  const { audit, clock, config, factors, passkeys, people, sessions } = deps

  /** The cookie of the new session; undefined where the passkey was removed in the meantime. */
  const enter = async (
    { factor, credential }: Passkey,
    person: Person,
    { request, server }: Parameters<typeof pageActor>[1],
  ): Promise<string | undefined> => {
    const now = clock.now()
    const address = clientAddress(request, server, config.trustedProxies)
    const opened = function* () {
      return (yield* factors.usePasskey(factor.id, credential, now))
        ? yield* sessions.open(person.id, { request, address }, true)
        : undefined
    }
    const entry = {
      ...actedBy(pageActor(person, { request, server }, config), now),
      action: 'signed_in',
      agency: person.agencyId,
      target: factorTarget(factor),
    } as const
    return await run(audit.change(opened, (cookie) => (cookie === undefined ? undefined : entry)))
  }

  return new Elysia({ name: 'passkey-sign-in' })
    .use(anyone(deps))
    .get('/sign-in/passkey', async ({ request, server, set }) => {
      set.headers['content-type'] = 'application/json'
      return JSON.stringify(await passkeys.requestOptions(relyingParty({ request, server }, config)))
    })
    .post(
      '/sign-in/passkey',
      async ({ request, server, set, redirect }) => {
        const { passkey = '', next: wanted } = await readForm(request)
        const next = ownPage(wanted)
        const signed = await passkeys.signed(passkey, relyingParty({ request, server }, config))
        const person = signed && (await run(people.find(signed.factor.personId)))
        const cookie = signed && person && (await enter(signed, person, { request, server }))
        if (cookie === undefined) {
          const address = clientAddress(request, server, config.trustedProxies)
          const target = 'a passkey'
          deps.countDenial({
            action: 'sign_in.failed',
            actor: { name: 'somebody', address },
            agency: null,
            target,
          })
          set.status = 401
          return renderPage(
            <SignInPage
              passkeyError={{ sentence: refusal }}
              hasPasskeys
              hasOidc={config.oidc !== null}
              next={next}
            />,
          )
        }
        set.headers['set-cookie'] = cookie
        return redirect(next, 303)
      },
      { parse: 'none' },
    )
}
