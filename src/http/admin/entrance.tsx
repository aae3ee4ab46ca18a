import { Elysia } from 'elysia'
import { Failure } from '../../failures.ts'
import type { Services } from '../../services.ts'
import { clientAddress, throttleAddress } from '../address.ts'
import { readForm } from '../body.ts'
import { doer } from './doer.ts'
import { anyone } from './guard.ts'
import { httpsNotice, type Visit } from './https-notice.ts'
import { SetupPage, SignInPage } from './pages/entrance.tsx'
import { renderPage } from './pages/layout.tsx'
import { newAccountSchema } from './new-password.ts'
import { setupMinutes } from '../../people/setup.ts'
import { tokenHash } from '../../keys/token.ts'

/** The same for a wrong password, an unknown account and too many attempts: none tells which. */
const signInRefusal =
  'The email or password is wrong, or there were too many attempts. Wait a moment and try again.'

const alreadySetUp =
  'callgate is already set up. Sign in, or run "callgate person reset" on the server if you can’t.'
const firstSetupLink =
  'Open the setup link. The server prints it when it starts and saves it as setup-link in its data directory. For a new link, run "callgate person setup" on the server.'
const newSetupLink = `It was replaced by a newer link, or is older than ${setupMinutes} minutes. For a new link, run "callgate person setup" on the server, or restart it.`

/** How people come in: the first one by a one-time link, everyone by their password. */
export const entrance = (services: Services) => {
  const { audit, config, people, sessions, passwords, clock, dataDir } = services

  const requireSetupToken = (token: string) => {
    if (!people.hasSetupToken(tokenHash(token), clock.now())) throw noSetup()
  }

  /** How to get a new one, where that is what they need. */
  const noSetup = () =>
    new Failure('not_found', {
      detail: `This setup link is not valid. ${people.anyone() ? alreadySetUp : newSetupLink}`,
    })

  /** What keeps somebody from signing in here, before they try. */
  const noticesFor = (visit: Visit) => [
    ...(people.anyone() ? [] : [`Nobody can sign in yet. ${firstSetupLink}`]),
    ...httpsNotice(visit, config),
  ]

  return new Elysia({ name: 'entrance' })
    .use(anyone(services))
    .get('/setup', ({ query, request, server }) => {
      const token = String(query.token ?? '')
      requireSetupToken(token)
      return renderPage(<SetupPage token={token} notices={httpsNotice({ request, server }, config)} />)
    })
    .post(
      '/setup',
      async ({ request, server, set, redirect }) => {
        const { token = '', email = '', password } = await readForm(request)
        requireSetupToken(token)
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
    .get('/sign-in', ({ request, server }) =>
      renderPage(<SignInPage notices={noticesFor({ request, server })} />),
    )
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
        const notices = noticesFor({ request, server })
        return renderPage(<SignInPage email={email} error={signInRefusal} notices={notices} />)
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
