import { Elysia } from 'elysia'
import { z } from 'zod'
import { AddressWindows } from '../../../address-windows.ts'
import { actedBy, type AuditedChange } from '../../../audit.ts'
import type { CountDenial } from '../../../audit/denials.ts'
import type { Clock } from '../../../clock.ts'
import { type Config, isSecure } from '../../../config.ts'
import { ApiError } from '../../../failures.ts'
import type { Factor } from '../../../people/factor.ts'
import type { Oidc, OidcProblem, PendingSignIn } from '../../../people/oidc.ts'
import type { Person } from '../../../people/person.ts'
import type { Sessions } from '../../../people/sessions.ts'
import { clientAddress } from '../../address.ts'
import { anyone, type AnyoneDeps } from '../guard.ts'
import { pageActor } from '../page-actor.ts'
import { renderPage } from '../../page/layout.tsx'
import { nextOf, ownPage } from './going-to.ts'
import { SignedInPage, SignInPage } from './forms.tsx'
import type { HttpsConfig } from './https-notice.ts'
import { run, type Work } from '../../../work.ts'

export interface OidcSignInDeps extends AnyoneDeps {
  countDenial: CountDenial
  audit: AuditedChange
  /** Undefined where no provider is configured. */
  oidc: Pick<Oidc, 'begin' | 'finish'> | undefined
  factors: { anyPasskey(): Work<boolean>; list(personId: string): Work<Factor[]> }
  people: { findByEmail(email: string): Work<Person | undefined> }
  sessions: Pick<Sessions, 'open'>
  publicUrl(): string
  config: HttpsConfig & Pick<Config, 'trustedProxies'>
  clock: Pick<Clock, 'now' | 'monotonic'>
}

const pendingSeconds = 10 * 60
/** Each of them may ask the provider. */
const attemptsPerMinute = 20

type Problem = OidcProblem | 'unknown' | 'stale' | 'throttled'

const problems: Record<Problem, { status: number; sentence: string }> = {
  unavailable: {
    status: 502,
    sentence: 'The identity provider is not available. Try again later, or sign in with your password.',
  },
  rejected: { status: 401, sentence: 'The identity provider did not confirm who you are. Try again.' },
  unverified: { status: 403, sentence: 'The identity provider has not verified your email address.' },
  unknown: {
    status: 403,
    sentence: 'There is no account with your email address. Ask an operator to invite you.',
  },
  stale: { status: 400, sentence: 'This sign-in began elsewhere or took too long. Try again.' },
  throttled: { status: 429, sentence: 'There were too many attempts. Wait a minute and try again.' },
}

/** What comes back with the browser, and where its person was going. */
type Pending = PendingSignIn & { next: string }

const pendingSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  codeVerifier: z.string(),
  next: z.string(),
})

/** Signing in at an OpenID Connect provider. It opens accounts that exist, by their verified e-mail address. */
export const oidcSignIn = (deps: OidcSignInDeps) => {
  const { audit, clock, config, factors, people, publicUrl, sessions } = deps
  const attempts = new AddressWindows(60_000)
  const isHttps = isSecure(config)
  const cookieName = isHttps ? '__Host-callgate-oidc' : 'callgate-oidc'
  const redirectUri = () => `${publicUrl()}/admin/sign-in/oidc/callback`

  /** Lax, because the browser comes back from another site with it. */
  const cookieOf = (pending: Pending | undefined) =>
    new Bun.Cookie(cookieName, pending ? Buffer.from(JSON.stringify(pending)).toString('base64url') : '', {
      path: '/',
      httpOnly: true,
      sameSite: 'lax',
      secure: isHttps,
      maxAge: pending ? pendingSeconds : 0,
    }).toString()

  const pendingOf = (request: Request): Pending | undefined => {
    const value = new Bun.CookieMap(request.headers.get('cookie') ?? '').get(cookieName)
    if (!value) return undefined
    try {
      return pendingSchema.parse(JSON.parse(Buffer.from(value, 'base64url').toString()))
    } catch {
      return undefined
    }
  }

  const provider = () => {
    if (!deps.oidc) throw new ApiError('not_found', { detail: 'Single sign-on is not configured.' })
    return deps.oidc
  }

  const refusal = async (problem: Problem, set: { status?: number | string }, next: string) => {
    const { status, sentence } = problems[problem]
    set.status = status
    return renderPage(
      <SignInPage error={{ sentence }} hasPasskeys={await run(factors.anyPasskey())} hasOidc next={next} />,
    )
  }

  const isThrottled = (address: string | null) =>
    !attempts.take(address, attemptsPerMinute, clock.monotonic()).granted

  return new Elysia({ name: 'oidc-sign-in' })
    .use(anyone(deps))
    .get('/sign-in/oidc', async ({ request, server, set, redirect }) => {
      const oidc = provider()
      const next = nextOf(request)
      if (isThrottled(clientAddress(request, server, config.trustedProxies)))
        return await refusal('throttled', set, next)
      const begun = await oidc.begin(redirectUri())
      if (begun.problem !== undefined) return await refusal(begun.problem, set, next)
      set.headers['set-cookie'] = cookieOf({ ...begun.pending, next })
      return redirect(begun.url, 303)
    })
    .get('/sign-in/oidc/callback', async ({ request, server, set }) => {
      const oidc = provider()
      set.headers['set-cookie'] = cookieOf(undefined)
      const address = clientAddress(request, server, config.trustedProxies)
      const pending = pendingOf(request)
      const next = ownPage(pending?.next)
      if (isThrottled(address)) return await refusal('throttled', set, next)
      if (!pending) return await refusal('stale', set, next)
      const returned = new URL(redirectUri())
      returned.search = new URL(request.url).search
      const finished = await oidc.finish(returned, pending)
      const denied = () => {
        const target = 'single sign-on'
        deps.countDenial({
          action: 'sign_in.failed',
          actor: { name: 'somebody', address },
          agency: null,
          target,
        })
      }
      if (finished.problem !== undefined) {
        if (finished.problem !== 'unavailable') denied()
        return await refusal(finished.problem, set, next)
      }
      const person = await run(people.findByEmail(finished.email))
      if (!person) {
        denied()
        return await refusal('unknown', set, next)
      }
      const entry = {
        ...actedBy(pageActor(person, { request, server }, config), clock.now()),
        action: 'signed_in',
        agency: person.agencyId,
        target: 'single sign-on',
      } as const
      // Whoever has a second factor here has signed in once it was checked.
      const opened = function* () {
        const isOver = (yield* factors.list(person.id)).length === 0
        return { session: yield* sessions.open(person.id, { request, address }), isOver }
      }
      const { session } = await run(audit.change(opened, ({ isOver }) => (isOver ? entry : undefined)))
      set.headers['set-cookie'] = [cookieOf(undefined), session]
      return renderPage(<SignedInPage next={next} />)
    })
}
