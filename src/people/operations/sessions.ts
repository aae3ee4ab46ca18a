import { z } from 'zod'
import { iso, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { browserInWords } from '../browser.ts'
import type { Session } from '../person.ts'
import { isOver } from '../sessions.ts'
import { type FindDeps, personField, personOf } from './people.ts'
import { run, type Work } from '../../work.ts'

interface ListDeps extends FindDeps {
  people: FindDeps['people'] & { sessionsOf(personId: string): Work<Session[]> }
}

export const listSessions = operation({
  name: 'session.list',
  summary: 'Lists where a person is signed in.',
  scope: 'gate',
  may: 'operator',
  input: { person: personField },
  output: z.array(
    z.object({
      id: z.string(),
      created_at: time,
      last_used_at: time.meta({ description: 'Up to a minute old' }),
      address: z.string().nullable(),
      browser: z.string(),
    }),
  ),
  columns: ['created_at', 'last_used_at', 'address', 'browser', 'id'],
  empty: 'This person is not signed in.',
  *run(deps: ListDeps, { input, now }) {
    return (yield* deps.people.sessionsOf((yield* personOf(deps, input.person)).id))
      .filter((session) => !isOver(session, now))
      .map((session) => ({
        id: session.hash,
        created_at: iso(session.createdAt),
        last_used_at: iso(session.seenAt),
        address: session.address,
        browser: browserInWords(session.userAgent),
      }))
  },
})

interface EndDeps extends FindDeps {
  people: FindDeps['people'] & {
    /** Ends one session of the person, or all; returns how many. */
    endSessions(personId: string, hash?: string): Work<number>
  }
}

export const endSession = operation({
  name: 'session.end',
  summary: 'Ends one session of a person, or all of them.',
  scope: 'gate',
  may: 'operator',
  input: {
    person: personField,
    session: z
      .hash('sha256', { error: 'session must be an id from the list of sessions.' })
      .optional()
      .meta({ description: 'Its id; all sessions, where left out', hint: 'id' }),
  },
  output: z.object({ ended: z.int() }),
  says: ({ ended }) => `${ended} ${ended === 1 ? 'session has' : 'sessions have'} ended.`,
  *ends(deps: EndDeps, { input }) {
    return `${(yield* personOf(deps, input.person)).email} is signed out ${input.session === undefined ? 'everywhere' : 'of this session'} at once.`
  },
  run: async (deps: EndDeps, { input, change }) => {
    const person = await run(personOf(deps, input.person))
    const ended = await change(
      () => deps.people.endSessions(person.id, input.session),
      (count) =>
        count === 0
          ? undefined
          : { action: 'sessions.ended', agency: person.agencyId, target: `${person.email}: ${count}` },
    )
    return { ended }
  },
})
