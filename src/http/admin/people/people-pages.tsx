import { Elysia } from 'elysia'
import { z } from 'zod'
import { ApiError } from '../../../failures.ts'
import type { Clock } from '../../../clock.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { FactorAudience } from '../../../people/factor.ts'
import type { ListedPerson, PendingInvitation, Person } from '../../../people/person.ts'
import { type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import { submit } from '../form.ts'
import { type GuardDeps, operatorOnly } from '../guard.ts'
import { invitePerson, removePerson, revokeInvitation } from '../../../people/operations/people.ts'
import { requireSecondFactor, resetSecondFactor } from '../../../people/operations/second-factor.ts'
import { endSession } from '../../../people/operations/sessions.ts'
import type { Sessions } from '../../../people/sessions.ts'
import { renderPage } from '../../page/layout.tsx'
import { PersonSessionsPage } from './person-sessions.tsx'
import { ResetFactorPage } from './second-factor.tsx'
import { InvitationLinkPage, InvitePage, PeoplePage, RemovePersonPage } from './people.tsx'
import { run, type Work } from '../../../work.ts'

const personParams = z.object({ person: z.guid() })
const invitationParams = z.object({ invitation: z.hash('sha256') })

export interface PeoplePagesDeps extends GuardDeps, FindAgency {
  sessions: GuardDeps['sessions'] & Pick<Sessions, 'list'>
  invitations: { pending(now: number): Work<PendingInvitation[]> }
  people: {
    find(id: string): Work<Person | undefined>
    list(): Work<ListedPerson[]>
    factorAudience(): Work<FactorAudience>
  }
  perform: Perform
  clock: Pick<Clock, 'now'>
}

const shownLink = {
  what: 'The link of an invitation is',
  lost: { href: '/admin/people', label: 'revoke the invitation and invite them again' },
}

/** The pages of people and invitations, for operators. */
export const peoplePages = (deps: PeoplePagesDeps) => {
  const { clock, invitations, people, perform, sessions } = deps

  const findPerson = async (id: string) => {
    const found = await run(people.find(id))
    if (!found) throw new ApiError('not_found', { detail: 'There is no such person.' })
    return found
  }

  return (
    new Elysia({ name: 'people-pages' })
      .use(operatorOnly(deps))
      .get('/people', async ({ person }) => {
        const shown = {
          people: await run(people.list()),
          invitations: await run(invitations.pending(clock.now())),
          audience: await run(people.factorAudience()),
        }
        return renderPage(<PeoplePage person={person} {...shown} />)
      })
      // The redirect for a reload of the page that showed a link.
      .get('/people/invite', ({ redirect }) => redirect('/admin/people', 303))
      .post(
        '/people/invite',
        async ({ flash, actor, once, person, readForm, set }) => {
          const { email = '', agency } = await readForm()
          const options = await once(shownLink)
          const given = { email, ...(agency ? { agency } : { role: 'operator' as const }) }
          const { done: made, error } = await submit(perform(invitePerson, given, actor, options))
          if (!made) {
            set.status = 422
            return renderPage(<InvitePage person={person} email={email} agencyId={agency} error={error} />)
          }
          flash(`Created an invitation for ${made.email}.`)
          const agencyName = made.agency === null ? null : (await findAgency(deps, made.agency)).name
          const shown = { ...made, expiresAt: Date.parse(made.expires_at), agencyName }
          return renderPage(<InvitationLinkPage person={person} {...shown} />)
        },
        { parse: 'none' },
      )
      .post(
        '/people/invitations/:invitation/revoke',
        async ({ actor, flash, params, redirect }) => {
          await perform(revokeInvitation, params, actor)
          flash('Revoked the invitation. Its link has stopped working.')
          return redirect('/admin/people', 303)
        },
        { parse: 'none', params: invitationParams },
      )
      .post(
        '/people/second-factor',
        async ({ actor, flash, readForm, redirect }) => {
          const { required = '' } = await readForm()
          const input = { required: required as FactorAudience }
          const set = await perform(requireSecondFactor, input, actor)
          flash(requireSecondFactor.says?.(set, input) ?? '')
          return redirect('/admin/people', 303)
        },
        { parse: 'none' },
      )
      .get(
        '/people/:person/second-factor',
        async ({ actor, person, params, redirect }) => {
          const subject = await findPerson(params.person)
          const asked = await perform.question(resetSecondFactor, params, actor)
          if (!asked) return redirect('/admin/people', 303)
          return renderPage(<ResetFactorPage person={person} subject={subject} asked={asked} />)
        },
        { params: personParams },
      )
      .post(
        '/people/:person/second-factor',
        async ({ actor, flash, params, request, redirect, readForm }) => {
          await readForm()
          const reset = await perform(resetSecondFactor, params, actor)
          flash(resetSecondFactor.says?.(reset, params) ?? '')
          return redirect((await run(sessions.person(request))) ? '/admin/people' : '/admin/sign-in', 303)
        },
        { parse: 'none', params: personParams },
      )
      .get(
        '/people/:person/sessions',
        async ({ person, params, request }) => {
          const shown = await findPerson(params.person)
          const current = (await run(sessions.find(request)))?.session
          const listed = await run(sessions.list(shown.id))
          return renderPage(
            <PersonSessionsPage person={person} shown={shown} sessions={listed} current={current} />,
          )
        },
        { params: personParams },
      )
      .post(
        '/people/:person/sessions/end',
        async ({ actor, flash, params, readForm, redirect }) => {
          const { session } = await readForm()
          const input = { ...params, ...(session !== undefined && { session }) }
          flash(endSession.says?.(await perform(endSession, input, actor), input) ?? '')
          return redirect(`/admin/people/${params.person}/sessions`, 303)
        },
        { parse: 'none', params: personParams },
      )
      .get(
        '/people/:person/remove',
        async ({ actor, person, params, redirect }) => {
          const leaving = await findPerson(params.person)
          const asked = await perform.question(removePerson, params, actor)
          if (!asked) return redirect('/admin/people', 303)
          return renderPage(<RemovePersonPage person={person} leaving={leaving} asked={asked} />)
        },
        { params: personParams },
      )
      .post(
        '/people/:person/remove',
        async ({ actor, flash, params, request, redirect, readForm }) => {
          await readForm()
          const { email } = await perform(removePerson, params, actor)
          flash(`Removed ${email}. They can no longer sign in.`)
          return redirect((await run(sessions.person(request))) ? '/admin/people' : '/admin/sign-in', 303)
        },
        { parse: 'none', params: personParams },
      )
  )
}
