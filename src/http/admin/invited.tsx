import { Elysia } from 'elysia'
import { Failure } from '../../failures.ts'
import { tokenHash } from '../../keys/token.ts'
import type { Services } from '../../services.ts'
import { readForm } from '../body.ts'
import { doer } from './doer.ts'
import { anyone } from './guard.ts'
import { newAccountSchema, newPasswordSchema } from './new-password.ts'
import { InvitationPage, NewPasswordPage } from './pages/entrance.tsx'
import { renderPage } from './pages/layout.tsx'

/** Who comes by a one-time link: to an account, or to a new password. Looking at the page does not use it up. */
export const invitedPages = (services: Services) => {
  const { audit, clock, config, invitations, passwords, sessions } = services

  const findInvitation = (token: string) => {
    const invitation = invitations.find(tokenHash(token), clock.now())
    if (!invitation) throw noLink()
    return { token, invitation }
  }

  const findReset = (token: string) => {
    const reset = invitations.findReset(tokenHash(token), clock.now())
    if (!reset) throw noLink()
    return { token, email: reset.email ?? '' }
  }

  return new Elysia({ name: 'invited-pages' })
    .use(anyone(services))
    .get('/invitation', ({ query }) =>
      renderPage(<InvitationPage {...findInvitation(String(query.token ?? ''))} />),
    )
    .post(
      '/invitation',
      async ({ request, server, set, redirect }) => {
        const { token = '', email = '', password } = await readForm(request)
        const found = findInvitation(token)
        const refuse = (error: string | undefined) => {
          set.status = 422
          return renderPage(<InvitationPage {...found} email={email} error={error} />)
        }
        const given = newAccountSchema.safeParse({ email, password })
        if (!given.success) return refuse(given.error.issues[0]?.message)
        const account = { email: given.data.email, passwordHash: await passwords.hash(given.data.password) }
        const now = clock.now()
        const who = doer(account.email, { request, server }, config, now)
        const made = audit.change(
          () => invitations.accept(tokenHash(token), account, now),
          (person) =>
            typeof person === 'object'
              ? { ...who, action: 'person.joined', agency: person.agencyId, target: person.role }
              : undefined,
        )
        if (made === 'taken') return refuse('There is already an account with this email address.')
        if (!made) throw noLink()
        set.headers['set-cookie'] = sessions.open(made.id, request)
        return redirect('/admin/agencies', 303)
      },
      { parse: 'none' },
    )
    .get('/new-password', ({ query }) =>
      renderPage(<NewPasswordPage {...findReset(String(query.token ?? ''))} />),
    )
    .post(
      '/new-password',
      async ({ request, server, set, redirect }) => {
        const { token = '', password } = await readForm(request)
        const found = findReset(token)
        const given = newPasswordSchema.safeParse(password)
        if (!given.success) {
          set.status = 422
          return renderPage(<NewPasswordPage {...found} error={given.error.issues[0]?.message} />)
        }
        const passwordHash = await passwords.hash(given.data)
        const now = clock.now()
        const who = doer(found.email, { request, server }, config, now)
        const person = audit.change(
          () => invitations.acceptReset(tokenHash(token), passwordHash, now),
          (reset) => reset && { ...who, action: 'password.reset', agency: reset.agencyId },
        )
        if (!person) throw noLink()
        set.headers['set-cookie'] = sessions.open(person.id, request)
        return redirect('/admin/agencies', 303)
      },
      { parse: 'none' },
    )
}

const noLink = () =>
  new Failure('not_found', {
    detail:
      'This link is not valid. It was used, revoked or replaced by a newer link, or it has expired. Ask an operator for a new one.',
  })
