import { z } from 'zod'
import { operation } from '../../operation/operation.ts'
import { isZone } from '../../policy/zones.ts'
import { type FindDeps, personField, personOf } from './people.ts'
import { run, type Work } from '../../work.ts'

/** An IANA time zone; null for the one of the browser. */
export const timeZoneField = z
  .string()
  .trim()
  .max(64)
  .refine(isZone, 'There is no such time zone. Use an IANA name, such as Europe/Berlin.')
  .nullable()

interface ZoneDeps extends FindDeps {
  people: FindDeps['people'] & { setTimeZone(personId: string, timeZone: string | null): Work<void> }
}

export const setTimeZone = operation({
  name: 'person.time-zone',
  summary: 'Sets the time zone in which the dashboard shows times to a person.',
  scope: 'gate',
  may: 'operator',
  input: {
    person: personField,
    time_zone: timeZoneField.meta({
      description: 'An IANA time zone, such as Europe/Berlin; browser for the one of their browser',
      hint: 'zone',
      nullWord: 'browser',
    }),
  },
  example: { person: 'ann@example.com', time_zone: 'Europe/Berlin' },
  output: z.object({ id: z.string(), email: z.string(), time_zone: z.string().nullable() }),
  says: ({ email, time_zone }) =>
    `${email} sees times in ${time_zone === null ? 'the time zone of the browser' : time_zone}.`,
  run: async (deps: ZoneDeps, { input, change }) => {
    const person = await run(personOf(deps, input.person))
    await change(() => deps.people.setTimeZone(person.id, input.time_zone), {
      action: 'time_zone.changed',
      agency: person.agencyId,
      target: `${person.email}: ${input.time_zone ?? 'of the browser'}`,
    })
    return { id: person.id, email: person.email, time_zone: input.time_zone }
  },
})
