import { Elysia } from 'elysia'
import { actedBy, type AuditedChange } from '../../../audit.ts'
import { ApiError } from '../../../failures.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import { tokenHash } from '../../../keys/token.ts'
import type { Clock } from '../../../clock.ts'
import { passwordFlaw } from '../../../people/password-rules.ts'
import type { Passwords } from '../../../people/passwords.ts'
import type { PendingInvitation, Person } from '../../../people/person.ts'
import type { Sessions } from '../../../people/sessions.ts'
import { readForm } from '../../body.ts'
import { addCookie } from '../../cookies.ts'
import type { Flashes } from '../flashes.ts'
import { pageActor } from '../page-actor.ts'
import { anyone, type AnyoneDeps, type GuardDeps } from '../guard.ts'
import { codeIn, wrongCode } from './code.ts'
import { CodePage, InvitationPage, NewPasswordPage } from './forms.tsx'
import { renderPage } from '../../page/layout.tsx'
import { run, type Work } from '../../../work.ts'

export interface InvitedPagesDeps extends AnyoneDeps {
  audit: AuditedChange
  invitations: {
    /** Finds an invitation that is still valid. */
    find(hash: string, now: number): Work<PendingInvitation | undefined>
    /** Finds a link to a new password that is still valid. */
    findReset(hash: string, now: number): Work<{ email: string } | undefined>
    accept(hash: string, passwordHash: string, now: number): Work<Person | 'taken' | undefined>
    acceptReset(hash: string, passwordHash: string, now: number): Work<Person | undefined>
  }
  passwords: Pick<Passwords, 'hash'>
  sessions: Pick<Sessions, 'open'>
  flashes: Flashes
  config: GuardDeps['config']
  clock: Pick<Clock, 'now'>
}

const invitationCode = { title: 'Your invitation', action: '/admin/invitation' }
const newPasswordCode = { title: 'New password', action: '/admin/new-password' }

/**
 * The pages of single-use links: invitations and new passwords. Opening a page does not use up its link. A link leads to
 * a path of its own, which no form posts to: on the answer to a form, a browser would take another link for a mark within
 * the page, and ask for nothing.
 */
export const invitedPages = (deps: InvitedPagesDeps) => {
  const { audit, clock, config, flashes, invitations, passwords, sessions } = deps

  /** The answer to a link that is not valid: its page again, where it was pasted. */
  const askAgain = (
    page: typeof invitationCode,
    set: { status?: number | string },
    isPasted: boolean,
  ): string => {
    if (!isPasted) throw noLink()
    set.status = 404
    return renderPage(<CodePage {...page} error={wrongCode(noLink())} />)
  }

  return new Elysia({ name: 'invited-pages' })
    .use(anyone(deps))
    .get('/invitation', ({ redirect }) => redirect('/admin/invitation/open', 303))
    .get('/invitation/open', () => renderPage(<CodePage {...invitationCode} />))
    .post(
      '/invitation',
      async ({ request, server, set, redirect }) => {
        const { token: pasted = '', password } = await readForm(request)
        const token = codeIn(pasted)
        const invitation = await run(invitations.find(tokenHash(token), clock.now()))
        if (!invitation) return askAgain(invitationCode, set, password === undefined)
        const found = { token, invitation }
        if (password === undefined) return renderPage(<InvitationPage {...found} />)
        const refuse = (error: FieldProblem) => {
          set.status = 422
          return renderPage(<InvitationPage {...found} error={error} />)
        }
        const flaw = passwordFlaw(password, invitation.email)
        if (flaw !== undefined) return refuse({ sentence: flaw, field: 'password' })
        const passwordHash = await passwords.hash(password)
        const now = clock.now()
        const whoIs = (person: Person) => pageActor(person, { request, server }, config)
        const made = await run(
          audit.change(
            () => invitations.accept(tokenHash(token), passwordHash, now),
            (person) =>
              typeof person === 'object'
                ? {
                    ...actedBy(whoIs(person), now),
                    action: 'person.joined',
                    agency: person.agencyId,
                    target: person.role,
                  }
                : undefined,
          ),
        )
        if (made === 'taken')
          return refuse({ sentence: 'There is already an account with this email address.' })
        if (!made) throw noLink()
        addCookie(set, await run(sessions.open(made.id, { request, address: whoIs(made).address })))
        addCookie(set, flashes.keep('Your account is ready.', made.id).cookie)
        return redirect('/admin', 303)
      },
      { parse: 'none' },
    )
    .get('/new-password', ({ redirect }) => redirect('/admin/new-password/open', 303))
    .get('/new-password/open', () => renderPage(<CodePage {...newPasswordCode} />))
    .post(
      '/new-password',
      async ({ request, server, set, redirect }) => {
        const { token: pasted = '', password } = await readForm(request)
        const token = codeIn(pasted)
        const reset = await run(invitations.findReset(tokenHash(token), clock.now()))
        if (!reset) return askAgain(newPasswordCode, set, password === undefined)
        const found = { token, email: reset.email }
        if (password === undefined) return renderPage(<NewPasswordPage {...found} />)
        const flaw = passwordFlaw(password, found.email)
        if (flaw !== undefined) {
          set.status = 422
          const error = { sentence: flaw, field: 'password' }
          return renderPage(<NewPasswordPage {...found} error={error} />)
        }
        const passwordHash = await passwords.hash(password)
        const now = clock.now()
        const whoIs = (changed: Person) => pageActor(changed, { request, server }, config)
        const person = await run(
          audit.change(
            () => invitations.acceptReset(tokenHash(token), passwordHash, now),
            (changed) =>
              changed && {
                ...actedBy(whoIs(changed), now),
                action: 'password.reset',
                agency: changed.agencyId,
              },
          ),
        )
        if (!person) throw noLink()
        addCookie(set, await run(sessions.open(person.id, { request, address: whoIs(person).address })))
        const said = 'Your password was changed. You are signed out everywhere else.'
        addCookie(set, flashes.keep(said, person.id).cookie)
        return redirect('/admin', 303)
      },
      { parse: 'none' },
    )
}

const noLink = () =>
  new ApiError('not_found', {
    detail:
      'This link is not valid. It was used, revoked or replaced by a newer link, or it has expired. Ask an operator for a new one.',
  })
