import { z } from 'zod'
import { operation } from '../../operation/operation.ts'
import { type Factor, type FactorAudience, factorAudiences, factorTitles } from '../factor.ts'
import { type FindDeps, personField, personOf } from './people.ts'
import { run, type Work } from '../../work.ts'

const audience = z.enum(factorAudiences, 'required must be nobody, operators or everybody.')
const output = z.object({ second_factor: audience })

interface ShowDeps {
  people: { factorAudience(): Work<FactorAudience> }
}

export const showGate = operation({
  name: 'gate.show',
  summary: 'Shows the settings of the whole server.',
  scope: 'gate',
  may: 'operator',
  input: {},
  output,
  *run({ people }: ShowDeps) {
    return { second_factor: yield* people.factorAudience() }
  },
})

interface RequireDeps {
  people: { setFactorAudience(audience: FactorAudience): Work<void> }
}

const consequences: Record<FactorAudience, string> = {
  nobody: 'Nobody needs a second factor. People who have set one up are still asked for it.',
  operators:
    'Every operator needs a second factor. Operators without one can only open the page to set one up.',
  everybody: 'Everybody needs a second factor. People without one can only open the page to set one up.',
}

export const requireSecondFactor = operation({
  name: 'gate.second-factor',
  summary: 'Sets who needs a second factor to use the dashboard.',
  scope: 'gate',
  may: 'operator',
  sensitive: true,
  input: { required: audience.meta({ description: 'The people who need one' }) },
  example: { required: 'operators' },
  output,
  says: ({ second_factor }) => consequences[second_factor],
  run: async ({ people }: RequireDeps, { input, change }) => {
    await change(() => people.setFactorAudience(input.required), {
      action: 'second_factor.required',
      target: input.required,
    })
    return { second_factor: input.required }
  },
})

interface ResetDeps extends FindDeps {
  people: FindDeps['people'] & { closeSessions(personId: string): Work<void> }
  factors: { removeAll(personId: string): Work<Factor[]> }
}

export const resetSecondFactor = operation({
  name: 'person.second-factor-reset',
  summary: 'Removes all second factors of a person who lost theirs, and ends their sessions.',
  scope: 'gate',
  may: 'operator',
  sensitive: true,
  input: { person: personField },
  output: z.object({ id: z.string(), email: z.string(), removed: z.array(z.string()) }),
  says: ({ email }) =>
    `${email} can sign in with the password only, until they set up a second factor again.`,
  *ends(deps: ResetDeps, { input }) {
    return `The second factors and recovery codes of ${(yield* personOf(deps, input.person)).email} stop working, and their sessions end at once.`
  },
  run: async (deps: ResetDeps, { input, change }) => {
    const person = await run(personOf(deps, input.person))
    const removed = await change(
      function* () {
        yield* deps.people.closeSessions(person.id)
        return yield* deps.factors.removeAll(person.id)
      },
      { action: 'second_factor.reset', agency: person.agencyId, target: person.email },
    )
    const names = removed.map(({ kind, name }) => `${factorTitles[kind]}: ${name}`)
    return { id: person.id, email: person.email, removed: names }
  },
})
