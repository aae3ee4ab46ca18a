import { defineCommand } from 'citty'
import { commandLine } from '../audit.ts'
import { systemClock } from '../clock.ts'
import { Refusal } from '../failures.ts'
import { invitationDays, invite, inviteToNewPassword, resetMinutes } from '../http/admin/invitation.ts'
import { normalEmail } from '../http/admin/passwords.ts'
import { prepareSetup, setupMinutes } from '../http/admin/setup.ts'
import { baseUrlOf, existingDataDir, findAgency, type Io, iso, json, print, table, withStores } from './io.ts'

export const adminCommand = (io: Io) =>
  defineCommand({
    meta: {
      name: 'admin',
      description: 'Set up the first account, invite people, let back in who is locked out',
    },
    subCommands: {
      setup: settingUp(io),
      invite: inviting(io),
      reset: resetting(io),
      list: defineCommand({
        meta: { name: 'list', description: 'List who may sign in at the page' },
        args: json,
        run: ({ args }) => {
          const people = withStores(io, (stores) => stores.people.list()).map(({ person, agencyName }) => ({
            email: person.email,
            role: person.role,
            agency: person.agencyId,
            agency_name: agencyName,
            created_at: iso(person.createdAt),
          }))
          const rows = people.map(({ email, role, agency_name }) => [email, role, agency_name ?? 'all'])
          print(io, args.json, people, table(['EMAIL', 'ROLE', 'AGENCY'], rows))
        },
      }),
    },
  })

const settingUp = (io: Io) =>
  defineCommand({
    meta: { name: 'setup', description: 'Print a new one-time link to the first account' },
    args: json,
    run: ({ args }) => {
      const dataDir = existingDataDir(io)
      const link = withStores(io, ({ people }) =>
        prepareSetup({ people, dataDir, clock: systemClock }, baseUrlOf(io)),
      )
      if (link === undefined)
        throw new Refusal(
          'This server is set up already. To let somebody in, use callgate admin invite or callgate admin reset.',
        )
      const expiresAt = iso(systemClock.now() + setupMinutes * 60_000)
      const sentence = `It makes the first account, once, within ${setupMinutes} minutes. Earlier setup links have stopped working.`
      print(io, args.json, { link, expires_at: expiresAt }, `${link}\n${sentence}`)
    },
  })

const inviting = (io: Io) =>
  defineCommand({
    meta: { name: 'invite', description: 'Print a one-time link that opens an account' },
    args: {
      role: { type: 'enum', options: ['operator'], description: 'An operator sees every agency' },
      agency: { type: 'string', description: 'For an admin of this agency alone', valueHint: 'id' },
      ...json,
    },
    run: ({ args }) => {
      if ((args.role === undefined) === (args.agency === undefined))
        throw new Refusal('Choose one: --role operator, or --agency with its ID.')
      const now = Date.now()
      const role = args.role ?? 'admin'
      const { link, expiresAt } = withStores(io, (stores) => {
        const agencyId = args.agency === undefined ? null : findAgency(stores, args.agency).id
        return stores.audit.change(() => invite(stores.invitations, { role, agencyId }, baseUrlOf(io), now), {
          ...commandLine(now),
          action: 'person.invited',
          agency: agencyId,
          target: role,
        })
      })
      const result = { link, role, agency: args.agency ?? null, expires_at: iso(expiresAt) }
      print(io, args.json, result, `${link}\nIt opens one account, once, within ${invitationDays} days.`)
    },
  })

const resetting = (io: Io) =>
  defineCommand({
    meta: { name: 'reset', description: 'Print a one-time link that sets a new password' },
    args: {
      email: { type: 'string', required: true, description: 'Whose', valueHint: 'address' },
      ...json,
    },
    run: ({ args }) => {
      const now = Date.now()
      const { link, expiresAt } = withStores(io, (stores) => {
        const person = stores.people.findByEmail(normalEmail(args.email))
        if (!person) throw new Refusal(`Nobody signs in as ${normalEmail(args.email)}.`)
        return stores.audit.change(
          () => inviteToNewPassword(stores.invitations, person, baseUrlOf(io), now),
          {
            ...commandLine(now),
            action: 'password.reset_link_made',
            agency: person.agencyId,
            target: person.email,
          },
        )
      })
      const sentence = `It sets a new password, once, within ${resetMinutes} minutes, and ends all sessions.`
      print(io, args.json, { link, expires_at: iso(expiresAt) }, `${link}\n${sentence}`)
    },
  })
