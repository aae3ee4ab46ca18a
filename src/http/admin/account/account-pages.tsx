import { Elysia } from 'elysia'
import { actedBy, type AuditedChange } from '../../../audit.ts'
import type { Clock } from '../../../clock.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import { browserInWords } from '../../../people/browser.ts'
import { timeZoneField } from '../../../people/operations/time-zone.ts'
import { passwordFlaw, passwordMost, passwordTooLong } from '../../../people/password-rules.ts'
import type { Passwords } from '../../../people/passwords.ts'
import type { Sessions } from '../../../people/sessions.ts'
import type { Person } from '../../../people/person.ts'
import { addCookie } from '../../cookies.ts'
import type { FindAgency } from '../agencies/agency-pages.tsx'
import { type GuardDeps, signedIn } from '../guard.ts'
import { AccountPage } from './account.tsx'
import { counted, renderPage } from '../../page/layout.tsx'
import { requireAgreedTo } from './own-question.ts'
import { run, type Work } from '../../../work.ts'

/** The same message for a wrong password and too many attempts. */
const wrongPassword = 'The current password is wrong, or there were too many attempts.'

export interface AccountPagesDeps extends GuardDeps, FindAgency {
  audit: GuardDeps['audit'] & AuditedChange
  passwords: Pick<Passwords, 'signIn' | 'hash'>
  people: {
    /** False for a person who was removed, or whose password was changed, in the meantime. */
    changePassword(person: Person, passwordHash: string): Work<boolean>
    closeSessions(personId: string): Work<void>
    endSessions(personId: string, hash: string): Work<number>
    find(id: string): Work<Person | undefined>
    setTimeZone(personId: string, timeZone: string | null): Work<void>
  }
  sessions: GuardDeps['sessions'] & Pick<Sessions, 'list' | 'open' | 'close'>
  clock: Pick<Clock, 'now'>
}

/** The pages of a person's own account. */
export const accountPages = (deps: AccountPagesDeps) => {
  const { agencies, audit, clock, flashes, passwords, people, sessions } = deps

  const page = async (
    person: Person,
    request: Request,
    shown: { error?: FieldProblem; zoneError?: FieldProblem } = {},
  ) => {
    const agency = person.agencyId === null ? undefined : await run(agencies.find(person.agencyId))
    return renderPage(
      <AccountPage
        person={person}
        agencyName={agency?.name}
        ownZone={(await run(people.find(person.id)))?.timeZone ?? null}
        sessions={await run(sessions.list(person.id))}
        current={(await run(sessions.find(request)))?.session}
        {...shown}
      />,
    )
  }

  return new Elysia({ name: 'account-pages' })
    .use(signedIn(deps))
    .get('/account', async ({ person, request }) => await page(person, request))
    .get('/account/password', ({ redirect }) => redirect('/admin/account', 303))
    .post(
      '/account/password',
      async ({ actor, flash, person, request, set, redirect, readForm }) => {
        const { current = '', password = '' } = await readForm()
        const refuse = async (field: 'current' | 'password', sentence: string, status = 422) => {
          set.status = status
          return await page(person, request, { error: { field, sentence } })
        }
        const flaw = passwordFlaw(password, person.email)
        if (flaw !== undefined) return await refuse('password', flaw)
        if (current.length > passwordMost) return await refuse('current', passwordTooLong)
        const checked = await passwords.signIn(person.email, current, actor.address)
        if (!('person' in checked))
          return await refuse('current', wrongPassword, checked.retryAfterSeconds ? 429 : 422)
        const passwordHash = await passwords.hash(password)
        const hasFactor = typeof (await run(sessions.find(request)))?.session.secondFactorAt === 'number'
        const change = () => people.changePassword(checked.person, passwordHash)
        const entry = {
          ...actedBy(actor, clock.now()),
          action: 'password.changed',
          agency: person.agencyId,
        } as const
        const changed = await run(audit.change(change, (done) => (done ? entry : undefined)))
        if (!changed) return await refuse('current', wrongPassword)
        addCookie(set, await run(sessions.open(person.id, { request, address: actor.address }, hasFactor)))
        flash('Your password was changed. You are signed out everywhere else.')
        return redirect('/admin/account', 303)
      },
      { parse: 'none' },
    )
    .post(
      '/account/time-zone',
      async ({ actor, flash, person, request, set, redirect, readForm }) => {
        const given = timeZoneField.safeParse((await readForm()).time_zone || null)
        if (!given.success) {
          set.status = 422
          const sentence = given.error.issues[0]?.message ?? ''
          return await page(person, request, { zoneError: { field: 'time_zone', sentence } })
        }
        const entry = {
          ...actedBy(actor, clock.now()),
          action: 'time_zone.changed',
          agency: person.agencyId,
          target: `${person.email}: ${given.data ?? 'of the browser'}`,
        } as const
        await run(audit.change(() => people.setTimeZone(person.id, given.data), entry))
        flash(`Times are shown in ${given.data ?? 'the time zone of your browser'}.`)
        return redirect('/admin/account', 303)
      },
      { parse: 'none' },
    )
    .post(
      '/account/sessions/end',
      async ({ actor, flash, person, request, set, redirect, readForm }) => {
        const { session = '' } = await readForm()
        const ending = (await run(sessions.list(person.id))).find(({ hash }) => hash === session)
        if (ending) {
          const isThis = (await run(sessions.find(request)))?.session.hash === session
          const browser = isThis ? 'This browser' : browserInWords(ending.userAgent)
          requireAgreedTo(actor, 'own.session', `${browser} is signed out at once.`)
        }
        const entry = {
          ...actedBy(actor, clock.now()),
          action: 'sessions.ended',
          agency: person.agencyId,
        } as const
        await run(
          audit.change(
            () => people.endSessions(person.id, session),
            (count) => (count === 0 ? undefined : { ...entry, target: `${person.email}: ${count}` }),
          ),
        )
        if (await run(sessions.find(request))) {
          flash('The session has ended.')
          return redirect('/admin/account', 303)
        }
        addCookie(set, flashes.keep('You are signed out.', null).cookie)
        return redirect('/admin/sign-in', 303)
      },
      { parse: 'none' },
    )
    .post(
      '/account/sign-out-everywhere',
      async ({ actor, person, readForm, request, set, redirect }) => {
        await readForm()
        const impact = `You are signed in in ${counted((await run(sessions.list(person.id))).length, 'browser')}.`
        requireAgreedTo(actor, 'own.sessions', 'You are signed out everywhere, also here.', impact)
        const entry = {
          ...actedBy(actor, clock.now()),
          action: 'signed_out_everywhere',
          agency: person.agencyId,
        } as const
        await run(audit.change(() => people.closeSessions(person.id), entry))
        addCookie(set, await run(sessions.close(request)))
        addCookie(set, flashes.keep('You are signed out everywhere.', null).cookie)
        return redirect('/admin/sign-in', 303)
      },
      { parse: 'none' },
    )
}
