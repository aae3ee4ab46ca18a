import { Elysia } from 'elysia'
import { actedBy, type AuditedChange } from '../../../audit.ts'
import type { CountDenial } from '../../../audit/denials.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import { ApiError } from '../../../failures.ts'
import type { Config } from '../../../config.ts'
import type { Clock } from '../../../clock.ts'
import { emailSchema, normalEmail } from '../../../people/email.ts'
import type { Factor } from '../../../people/factor.ts'
import { passwordFlaw, passwordMost, passwordTooLong } from '../../../people/password-rules.ts'
import type { Passwords } from '../../../people/passwords.ts'
import type { Person } from '../../../people/person.ts'
import type { Sessions } from '../../../people/sessions.ts'
import { clientAddress } from '../../address.ts'
import { readForm } from '../../body.ts'
import { addCookie } from '../../cookies.ts'
import type { Flashes } from '../flashes.ts'
import { pageActor } from '../page-actor.ts'
import { anyone, type AnyoneDeps } from '../guard.ts'
import { type HttpsConfig, httpsNotice, type Visit } from './https-notice.ts'
import { nextOf, ownPage } from './going-to.ts'
import { codeIn, wrongCode } from './code.ts'
import { CodePage, SetupPage, SignInPage } from './forms.tsx'
import { renderPage } from '../../page/layout.tsx'
import { setupMinutes } from '../../../people/setup.ts'
import { tokenHash } from '../../../keys/token.ts'
import { run, type Work } from '../../../work.ts'

export interface EntranceDeps extends AnyoneDeps {
  audit: AuditedChange
  countDenial: CountDenial
  people: {
    anyone(): Work<boolean>
    findByEmail(email: string): Work<Pick<Person, 'email'> | undefined>
    hasSetupToken(hash: string, now: number): Work<boolean>
    /** Creates the first person and uses up the token; undefined for a token that is not valid. */
    setUp(hash: string, person: Pick<Person, 'email' | 'passwordHash'>, now: number): Work<Person | undefined>
  }
  passwords: Pick<Passwords, 'signIn' | 'hash'>
  factors: { list(personId: string): Work<Factor[]>; anyPasskey(): Work<boolean> }
  sessions: Pick<Sessions, 'person' | 'open' | 'close'>
  flashes: Flashes
  dataDir: { removeSetupLink(): void }
  config: HttpsConfig & Pick<Config, 'oidc'>
  clock: Pick<Clock, 'now'>
}

/** The same message for a wrong password, an unknown account and too many attempts. */
const signInRefusal =
  'The email or password is wrong, or there were too many attempts. Wait a moment and try again.'

const alreadySetUp =
  'callgate is already set up. Sign in, or run "callgate person reset" on the server if you can’t.'
const firstSetupLink =
  'Open the setup link. The server prints it when it starts and saves it as setup-link in its data directory. For a new link, run "callgate person setup" on the server.'
const newSetupLink = `It was replaced by a newer link, or is older than ${setupMinutes} minutes. For a new link, run "callgate person setup" on the server, or restart it.`

const setupCode = { title: 'Set up callgate', action: '/admin/setup' }

/** The ways to a session: the first person by the setup link, others by their password. */
export const entrance = (deps: EntranceDeps) => {
  const { audit, config, countDenial, factors, flashes, people, sessions, passwords, clock, dataDir } = deps
  const hasOidc = config.oidc !== null

  /** The error of an invalid setup link, with the way to a new one. */
  const noSetup = async () =>
    new ApiError('not_found', {
      detail: `This setup link is not valid. ${(await run(people.anyone())) ? alreadySetUp : newSetupLink}`,
    })

  /** Notices about obstacles to signing in. */
  const noticesFor = async (visit: Visit) => [
    ...((await run(people.anyone())) ? [] : [`Nobody can sign in yet. ${firstSetupLink}`]),
    ...httpsNotice(visit, config),
  ]

  return new Elysia({ name: 'entrance' })
    .use(anyone(deps))
    .get('/setup', ({ redirect }) => redirect('/admin/setup/open', 303))
    .get('/setup/open', async ({ request, server }) => {
      if (await run(people.anyone())) throw await noSetup()
      const notices = httpsNotice({ request, server }, config)
      return renderPage(<CodePage {...setupCode} notices={notices} />)
    })
    .post(
      '/setup',
      async ({ request, server, set, redirect }) => {
        const { token: pasted = '', email, password = '' } = await readForm(request)
        const token = codeIn(pasted)
        const notices = httpsNotice({ request, server }, config)
        if (!(await run(people.hasSetupToken(tokenHash(token), clock.now())))) {
          if (email !== undefined || (await run(people.anyone()))) throw await noSetup()
          set.status = 404
          return renderPage(<CodePage {...setupCode} notices={notices} error={wrongCode(await noSetup())} />)
        }
        if (email === undefined) return renderPage(<SetupPage token={token} notices={notices} />)
        const given = emailSchema.safeParse(email)
        const refuse = (field: 'email' | 'password', sentence: string) => {
          set.status = 422
          return renderPage(<SetupPage token={token} email={email} error={{ field, sentence }} />)
        }
        if (!given.success) return refuse('email', given.error.issues[0]?.message ?? '')
        const flaw = passwordFlaw(password, email)
        if (flaw !== undefined) return refuse('password', flaw)
        const passwordHash = await passwords.hash(password)
        const now = clock.now()
        const address = clientAddress(request, server, config.trustedProxies)
        const person = await run(
          audit.change(
            () => people.setUp(tokenHash(token), { email: given.data, passwordHash }, now),
            (made) =>
              made && {
                ...actedBy(pageActor(made, { request, server }, config), now),
                action: 'person.joined',
                target: made.role,
              },
          ),
        )
        if (!person) throw await noSetup()
        dataDir.removeSetupLink()
        addCookie(set, await run(sessions.open(person.id, { request, address })))
        addCookie(set, flashes.keep('Your account is ready.', person.id).cookie)
        return redirect('/admin', 303)
      },
      { parse: 'none' },
    )
    .get('/sign-in', async ({ request, server }) =>
      renderPage(
        <SignInPage
          notices={await noticesFor({ request, server })}
          hasPasskeys={await run(factors.anyPasskey())}
          hasOidc={hasOidc}
          next={nextOf(request)}
          said={flashes.take(flashes.idIn(request), null)}
        />,
      ),
    )
    .post(
      '/sign-in',
      async ({ request, server, set, redirect }) => {
        const { email = '', password = '', next: wanted } = await readForm(request)
        const next = ownPage(wanted)
        const refuse = async (error: FieldProblem, status: number) => {
          set.status = status
          const notices = await noticesFor({ request, server })
          const shown = { email, error, notices, hasPasskeys: await run(factors.anyPasskey()), hasOidc, next }
          return renderPage(<SignInPage {...shown} />)
        }
        if (password.length > passwordMost)
          return await refuse({ sentence: passwordTooLong, field: 'password' }, 422)
        const address = clientAddress(request, server, config.trustedProxies)
        const result = await passwords.signIn(email, password, address)
        if ('person' in result) {
          const { agencyId: agency, id } = result.person
          const who = actedBy(pageActor(result.person, { request, server }, config), clock.now())
          const entry = { ...who, action: 'signed_in', agency } as const
          // Whoever has a second factor has signed in once it was checked.
          const opened = function* () {
            const isOver = (yield* factors.list(id)).length === 0
            return { cookie: yield* sessions.open(id, { request, address }), isOver }
          }
          const { cookie } = await run(audit.change(opened, ({ isOver }) => (isOver ? entry : undefined)))
          set.headers['set-cookie'] = cookie
          return redirect(next, 303)
        }
        const target = (await run(people.findByEmail(normalEmail(email))))?.email ?? 'an unknown account'
        countDenial({ action: 'sign_in.failed', actor: { name: 'somebody', address }, agency: null, target })
        if (result.retryAfterSeconds === undefined) return await refuse({ sentence: signInRefusal }, 401)
        set.headers['retry-after'] = String(result.retryAfterSeconds)
        return await refuse({ sentence: signInRefusal }, 429)
      },
      { parse: 'none' },
    )
    .post(
      '/sign-out',
      async ({ request, server, set, redirect }) => {
        const person = await run(sessions.person(request))
        const closed = await run(
          audit.change(
            () => sessions.close(request),
            () =>
              person && {
                ...actedBy(pageActor(person, { request, server }, config), clock.now()),
                action: 'signed_out',
                agency: person.agencyId,
              },
          ),
        )
        addCookie(set, closed)
        addCookie(set, flashes.keep('You are signed out.', null).cookie)
        return redirect('/admin/sign-in', 303)
      },
      { parse: 'none' },
    )
}
