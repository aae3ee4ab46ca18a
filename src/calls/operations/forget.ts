import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { operation } from '../../operation/operation.ts'
import type { Commit } from '../../commit.ts'
import { phoneNumberPattern } from '../phone-number.ts'
import { run, type Work } from '../../work.ts'

interface ForgetDeps {
  personalData: {
    /** The agencies with calls to the number. */
    agenciesWith(phoneNumber: string): Work<{ agencyId: string }[]>
    callsUnderWay(phoneNumber: string): Work<{ id: string; agencyId: string }[]>
    /** The next calls with personal data of the number. */
    next(phoneNumber: string, agencyId: string): Work<string[]>
    /** Erases the personal data of these calls; returns the number of changed deliveries. */
    forget(ids: string[]): Work<number>
  }
  commit: Commit
  /** Rewrites the database without what was removed from it. False when a reader kept its log from being emptied. */
  compact(): boolean
}

const stillInTheLog =
  'The calls are changed, but something reads the database, and earlier copies are still in its log. Do this once more.'

/**
 * Erases in small commits, with a pause for other requests between them, then rewrites the whole database, because
 * SQLite leaves removed text in the file. The rewrite blocks the serving process for some ten seconds per gigabyte on a
 * small machine, and needs that much free space.
 */
export const forgetPerson = operation({
  name: 'call.forget',
  summary:
    'Erases what calls to a number have kept of the person. Rewrites the database: a running server pauses for some ten seconds a gigabyte.',
  scope: 'agencies',
  may: 'operator',
  input: {
    phone: z
      .string()
      .regex(phoneNumberPattern, 'The number is a plus and 7 to 15 digits, as +15551234567.')
      .meta({ description: 'The number, as +15551234567', hint: 'number' }),
  },
  output: z.object({ calls: z.int(), deliveries: z.int() }),
  says: ({ calls, deliveries }) =>
    [
      `Calls changed: ${calls}, webhook deliveries: ${deliveries}. Their numbers, names, e-mail addresses, metadata, summaries, transcripts and recordings’ addresses are gone from every file of the data directory.`,
      'Backups made earlier still have them, and so do the provider and whoever was told by a webhook.',
    ].join('\n'),
  run: async ({ personalData, commit, compact }: ForgetDeps, { input: { phone }, agency, actor, record }) => {
    const found = (await run(personalData.agenciesWith(phone)))
      .map(({ agencyId }) => agencyId)
      .filter((id) => agency === undefined || id === agency.id)
    await run(refuseUnderWay(personalData, phone, new Set(found)))
    const totals = { calls: 0, deliveries: 0 }
    for (const agencyId of found)
      for (let isFirst = true; ; isFirst = false) {
        const step = await commit(function* () {
          yield* actor.confirm()
          const ids = yield* personalData.next(phone, agencyId)
          // The audit entry must not hold the number.
          if (isFirst && ids.length > 0)
            yield* record({
              action: 'person.forgotten',
              agency: agencyId,
              target: `a number ending in ${phone.slice(-2)}`,
            })
          return { calls: ids.length, deliveries: yield* personalData.forget(ids) }
        })
        if (step.calls === 0) break
        totals.calls += step.calls
        totals.deliveries += step.deliveries
      }
    if (!compact()) throw new ApiError('conflict', { detail: stillInTheLog })
    return totals
  },
})

/** All or nothing: the end of an active call would write its personal data again. */
const refuseUnderWay = function* (
  { callsUnderWay }: ForgetDeps['personalData'],
  phone: string,
  agencies: ReadonlySet<string>,
) {
  const ids = (yield* callsUnderWay(phone))
    .filter(({ agencyId }) => agencies.has(agencyId))
    .map(({ id }) => id)
  if (ids.length === 0) return
  const more = ids.length > 5 ? ` and ${ids.length - 5} more` : ''
  throw new ApiError('conflict', {
    detail: `Calls to this number are not over yet. End them first: ${ids.slice(0, 5).join(', ')}${more}.`,
  })
}
