import { Elysia } from 'elysia'
import { Failure } from '../../failures.ts'
import type { Services } from '../../services.ts'
import { clientAddress, throttleAddress } from '../address.ts'
import { readForm } from '../body.ts'
import { doer } from './doer.ts'
import { anyone } from './guard.ts'
import { SetupPage, SignInPage } from './pages/entrance.tsx'
import { renderPage } from './pages/layout.tsx'
import { newAccountSchema } from './new-password.ts'
import { tokenHash } from '../../keys/token.ts'

/** The same for a wrong password, an unknown account and too many attempts: none tells which. */
const signInRefusal =
  'That did not match an account, or there were too many attempts. Wait a moment and try again.'

/** How people come in: the first one by a one-time link, everyone by their password. */
export const entrance = (services: Services) => {
  const { audit, config, people, sessions, passwords, clock, dataDir } = services
  return new Elysia({ name: 'entrance' })
    .use(anyone(services))
    .get('/setup', ({ query }) => {
      const token = String(query.token ?? '')
      requireSetupToken(people.hasSetupToken(tokenHash(token), clock.now()))
      return renderPage(<SetupPage token={token} />)
    })
    .post(
      '/setup',
      async ({ request, server, set, redirect }) => {
        const { token = '', email = '', password } = await readForm(request)
        requireSetupToken(people.hasSetupToken(tokenHash(token), clock.now()))
        const given = newAccountSchema.safeParse({ email, password })
        if (!given.success) {
          set.status = 422
          return renderPage(<SetupPage token={token} email={email} error={given.error.issues[0]?.message} />)
        }
        const passwordHash = await passwords.hash(given.data.password)
        const now = clock.now()
        const person = audit.change(
          () => people.setUp(tokenHash(token), { email: given.data.email, passwordHash }, now),
          (made) =>
            made && {
              ...doer(made.email, { request, server }, config, now),
              action: 'person.joined',
              target: made.role,
            },
        )
        if (!person) throw noSetup()
        dataDir.removeSetupLink()
        set.headers['set-cookie'] = sessions.open(person.id, request)
        return redirect('/admin/agencies', 303)
      },
      { parse: 'none' },
    )
    .get('/sign-in', () => renderPage(<SignInPage />))
    .post(
      '/sign-in',
      async ({ request, server, set, redirect }) => {
        const { email = '', password = '' } = await readForm(request)
        const address = throttleAddress(clientAddress(request, server, config.trustedProxies))
        const result = await passwords.signIn(email, password, address)
        if ('person' in result) {
          const { email: actor, agencyId: agency } = result.person
          const who = doer(actor, { request, server }, config, clock.now())
          const opened = () => sessions.open(result.person.id, request)
          set.headers['set-cookie'] = audit.change(opened, { ...who, action: 'signed_in', agency })
          return redirect('/admin/agencies', 303)
        }
        set.status = result.retryAfterSeconds === undefined ? 401 : 429
        if (result.retryAfterSeconds !== undefined)
          set.headers['retry-after'] = String(result.retryAfterSeconds)
        return renderPage(<SignInPage email={email} error={signInRefusal} />)
      },
      { parse: 'none' },
    )
    .post(
      '/sign-out',
      ({ request, server, set, redirect }) => {
        const person = sessions.person(request)
        set.headers['set-cookie'] = audit.change(
          () => sessions.close(request),
          () =>
            person && {
              ...doer(person.email, { request, server }, config, clock.now()),
              action: 'signed_out',
              agency: person.agencyId,
            },
        )
        return redirect('/admin/sign-in', 303)
      },
      { parse: 'none' },
    )
}

const noSetup = () =>
  new Failure('not_found', {
    detail:
      'This setup link is not valid: it was used, is older than 30 minutes, or was replaced by a restart.',
  })

const requireSetupToken = (valid: boolean) => {
  if (!valid) throw noSetup()
}
