import { Elysia } from 'elysia'
import { z } from 'zod'
import { Failure } from '../../failures.ts'
import type { Services } from '../../services.ts'
import { findAgency } from './agencies.tsx'
import { operatorOnly } from './guard.ts'
import { invite } from './invitation.ts'
import { renderPage } from './pages/layout.tsx'
import { InvitationLinkPage, PeoplePage, RemovePersonPage } from './pages/people.tsx'

const personParams = z.object({ person: z.guid() })
const invitationParams = z.object({ invitation: z.hash('sha256') })

/** Who may sign in, for the operator to see and decide. */
export const peoplePages = (services: Services) => {
  const { audit, clock, invitations, people, publicUrl, sessions } = services

  const findPerson = (id: string) => {
    const found = people.find(id)
    if (!found) throw new Failure('not_found', { detail: 'There is no such person.' })
    return found
  }

  return (
    new Elysia({ name: 'people-pages' })
      .use(operatorOnly(services))
      .get('/people', ({ person }) => {
        const shown = { people: people.list(), invitations: invitations.pending(clock.now()) }
        return renderPage(<PeoplePage person={person} {...shown} />)
      })
      // Where a reload without the form lands after a link was shown.
      .get('/people/invite', ({ redirect }) => redirect('/admin/people', 303))
      .post(
        '/people/invite',
        async ({ by, person, readForm }) => {
          const { agency: id } = await readForm()
          const agency = id ? findAgency(services, id) : undefined
          const role = agency ? 'admin' : 'operator'
          const agencyId = agency?.id ?? null
          const { link, expiresAt } = audit.change(
            () => invite(invitations, { role, agencyId }, publicUrl(), clock.now()),
            { ...by, action: 'person.invited', agency: agencyId, target: role },
          )
          const shown = { link, expiresAt, agencyName: agency?.name ?? null }
          return renderPage(<InvitationLinkPage person={person} {...shown} />)
        },
        { parse: 'none' },
      )
      .post(
        '/people/invitations/:invitation/revoke',
        ({ by, params, redirect }) => {
          audit.change(
            () => invitations.revoke(params.invitation),
            (revoked) =>
              revoked && {
                ...by,
                action: 'invitation.revoked',
                agency: revoked.agencyId,
                target: revoked.role,
              },
          )
          return redirect('/admin/people', 303)
        },
        { parse: 'none', params: invitationParams },
      )
      .get(
        '/people/:person/remove',
        ({ person, params }) =>
          renderPage(<RemovePersonPage person={person} leaving={findPerson(params.person)} />),
        { params: personParams },
      )
      .post(
        '/people/:person/remove',
        ({ by, params, request, redirect }) => {
          const leaving = findPerson(params.person)
          const removed = audit.change(
            () => people.remove(leaving),
            (done) =>
              done
                ? { ...by, action: 'person.removed', agency: leaving.agencyId, target: leaving.email }
                : undefined,
          )
          if (!removed) throw new Failure('last_operator')
          return redirect(sessions.person(request) ? '/admin/people' : '/admin/sign-in', 303)
        },
        { parse: 'none', params: personParams },
      )
  )
}
