import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { iso, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { emailSchema, normalEmail } from '../email.ts'
import { invitationDays, invite, inviteToNewPassword, resetMinutes } from '../invitation.ts'
import { type Invitation, type ListedPerson, type PendingInvitation, type Person, roles } from '../person.ts'
import { leaveSetupLink, makeSetupLink, type SetupDeps, setupMinutes } from '../setup.ts'
import { run, type Work } from '../../work.ts'

const role = z.enum(roles)

interface ListDeps {
  people: { list(): Work<ListedPerson[]> }
}

export const listPeople = operation({
  name: 'person.list',
  summary: 'Lists the people who can sign in to the dashboard.',
  scope: 'gate',
  may: 'operator',
  input: {},
  output: z.array(
    z.object({
      id: z.string(),
      email: z.string(),
      role,
      agency: z.string().nullable(),
      agency_name: z.string().nullable(),
      second_factor: z.boolean().meta({ description: 'True where they have set one up' }),
      time_zone: z.string().nullable().meta({ description: 'Of the dashboard; null for the browser’s' }),
      created_at: time,
    }),
  ),
  columns: ['email', 'role', 'agency_name', 'second_factor', 'created_at', 'id'],
  empty: 'Nobody may sign in yet. Invite somebody with: callgate person invite --email EMAIL --role operator',
  *run({ people }: ListDeps) {
    return (yield* people.list()).map(({ person, agencyName, hasFactor }) => ({
      id: person.id,
      email: person.email,
      role: person.role,
      agency: person.agencyId,
      agency_name: agencyName,
      second_factor: hasFactor,
      time_zone: person.timeZone,
      created_at: iso(person.createdAt),
    }))
  },
})

interface LinkDeps {
  invitations: { add(invitation: Invitation): Work<void> }
  /** The address of the dashboard. */
  publicUrl(): string
}

interface InviteDeps extends LinkDeps {
  people: { findByEmail(email: string): Work<Person | undefined> }
}

const link = { link: z.string().meta({ description: 'Shown once, and works once' }), expires_at: time }

export const invitePerson = operation({
  name: 'person.invite',
  summary: 'Creates a single-use invitation link. An agency’s admin can access only that agency.',
  scope: 'agencies',
  may: 'operator',
  sensitive: true,
  input: {
    email: emailSchema.meta({ description: 'The address of the account that it opens', hint: 'email' }),
    role: z.literal('operator').optional().meta({ description: 'For somebody who sees every agency' }),
  },
  output: z.object({ ...link, email: z.string(), role, agency: z.string().nullable() }),
  says: ({ link: url, email }) =>
    `${url}\nIt creates the account of ${email}, once, within ${invitationDays} days.`,
  run: async ({ invitations, people, publicUrl }: InviteDeps, { actor, agency, input, now, change }) => {
    if ((input.role === undefined) === (agency === undefined))
      throw new ApiError('invalid_input', { detail: 'Choose one: the role operator, or an agency.' })
    const { email, role: given = 'admin' as const } = input
    if (await run(people.findByEmail(email)))
      throw new ApiError('conflict', {
        detail: 'There is already an account with this email address.',
        param: 'email',
      })
    const account = { email, role: given, agencyId: agency?.id ?? null }
    const made = await change(() => invite(invitations, account, actor, publicUrl(), now), {
      action: 'person.invited',
      target: `${email} as ${given}`,
    })
    return { link: made.link, expires_at: iso(made.expiresAt), email, role: given, agency: account.agencyId }
  },
})

interface SetupLinkDeps extends SetupDeps {
  publicUrl(): string
}

export const setUpFirstPerson = operation({
  name: 'person.setup',
  summary: 'Creates a new single-use setup link, while nobody can sign in yet.',
  scope: 'gate',
  may: 'operator',
  input: {},
  output: z.object(link),
  says: ({ link: url }) =>
    `${url}\nIt makes the first account, once, within ${setupMinutes} minutes. Earlier setup links have stopped working.`,
  run: async (deps: SetupLinkDeps, { now, change }) => {
    const url = await change(
      () => makeSetupLink(deps, deps.publicUrl()),
      (made) => (made === undefined ? undefined : { action: 'person.setup_link_made' }),
    )
    leaveSetupLink(deps, url)
    if (url === undefined)
      throw new ApiError('conflict', {
        detail:
          'This server is set up already. To let somebody in, use callgate person invite or callgate person reset.',
      })
    return { link: url, expires_at: iso(now + setupMinutes * 60_000) }
  },
})

interface PendingDeps {
  invitations: { pending(now: number): Work<PendingInvitation[]> }
}

export const listInvitations = operation({
  name: 'person.invitations',
  summary: 'Lists the invitations that nobody has accepted yet.',
  scope: 'gate',
  may: 'operator',
  input: {},
  output: z.array(
    z.object({
      id: z.string(),
      email: z.string(),
      role,
      agency_name: z.string().nullable(),
      created_by: z.string(),
      created_at: time,
      expires_at: time,
    }),
  ),
  columns: ['email', 'role', 'agency_name', 'created_by', 'created_at', 'expires_at', 'id'],
  empty: 'No invitation is waiting to be accepted.',
  *run({ invitations }: PendingDeps, { now }) {
    return (yield* invitations.pending(now)).map((each) => ({
      id: each.hash,
      email: each.email,
      role: each.role,
      agency_name: each.agencyName,
      created_by: each.createdBy,
      created_at: iso(each.createdAt),
      expires_at: iso(each.expiresAt),
    }))
  },
})

interface RevokeDeps {
  invitations: { revoke(hash: string): Work<Pick<Invitation, 'agencyId' | 'email' | 'role'> | undefined> }
}

export const revokeInvitation = operation({
  name: 'person.revoke',
  summary: 'Revokes an invitation.',
  scope: 'gate',
  may: 'operator',
  input: {
    invitation: z
      .hash('sha256', { error: 'invitation must be an id from the list of invitations.' })
      .meta({ description: 'Its id', hint: 'id' }),
  },
  output: z.object({ revoked: z.boolean() }),
  says: ({ revoked }) => (revoked ? 'The invitation is revoked.' : 'There was no such invitation.'),
  run: async ({ invitations }: RevokeDeps, { input, change }) => {
    const revoked = await change(
      () => invitations.revoke(input.invitation),
      (was) =>
        was && { action: 'invitation.revoked', agency: was.agencyId, target: `${was.email} as ${was.role}` },
    )
    return { revoked: revoked !== undefined }
  },
})

export interface FindDeps {
  people: { find(id: string): Work<Person | undefined>; findByEmail(email: string): Work<Person | undefined> }
}

export const personField = z
  .string()
  .max(254)
  .meta({ description: 'Their email address or ID', hint: 'email' })

export const personOf = function* ({ people }: FindDeps, reference: string): Work<Person> {
  const person = (yield* people.find(reference)) ?? (yield* people.findByEmail(normalEmail(reference)))
  if (!person) throw new ApiError('not_found', { detail: 'There is no such person.' })
  return person
}

interface RemoveDeps extends FindDeps {
  people: FindDeps['people'] & { remove(person: Pick<Person, 'id' | 'role'>): Work<boolean> }
}

export const removePerson = operation({
  name: 'person.remove',
  summary: 'Removes a person. Their sessions end immediately.',
  scope: 'gate',
  may: 'operator',
  sensitive: true,
  input: { person: personField },
  output: z.object({ id: z.string(), email: z.string() }),
  says: ({ email }) => `${email} may no longer sign in.`,
  *ends(deps: RemoveDeps, { input }) {
    return `${(yield* personOf(deps, input.person)).email} may no longer sign in, and their sessions end at once.`
  },
  run: async (deps: RemoveDeps, { input, change }) => {
    const leaving = await run(personOf(deps, input.person))
    const removed = await change(
      () => deps.people.remove(leaving),
      (done) =>
        done ? { action: 'person.removed', agency: leaving.agencyId, target: leaving.email } : undefined,
    )
    if (!removed) throw new ApiError('last_operator')
    return { id: leaving.id, email: leaving.email }
  },
})

export const resetPassword = operation({
  name: 'person.reset',
  summary: 'Creates a single-use link that sets a new password and ends all sessions of that person.',
  scope: 'gate',
  may: 'operator',
  sensitive: true,
  input: { person: personField },
  output: z.object(link),
  says: ({ link: url }) =>
    `${url}\nIt sets a new password, once, within ${resetMinutes} minutes, and ends all their sessions.`,
  run: async (deps: FindDeps & LinkDeps, { actor, input, now, change }) => {
    const person = await run(personOf(deps, input.person))
    const made = await change(
      () => inviteToNewPassword(deps.invitations, person, actor, deps.publicUrl(), now),
      {
        action: 'password.reset_link_made',
        agency: person.agencyId,
        target: person.email,
      },
    )
    return { link: made.link, expires_at: iso(made.expiresAt) }
  },
})
