import { defineCommand } from 'citty'
import { commandLine, limitsTarget } from '../audit.ts'
import { Refusal } from '../failures.ts'
import { limitFlaw, limitMost, type OwnLimits, readLimit } from '../limits/limits.ts'
import { agencyId, environmentName, findEnvironment, type Io, json, print, withStores } from './io.ts'

const whose = { ...agencyId, ...environmentName, ...json }

export const environmentCommand = (io: Io) =>
  defineCommand({
    meta: {
      name: 'environment',
      description: 'Show an environment, set its limits, let it dial for real or play calls',
    },
    subCommands: {
      show: defineCommand({
        meta: { name: 'show', description: 'Show how an environment is set' },
        args: whose,
        run: ({ args }) => {
          const environment = withStores(io, (stores) =>
            findEnvironment(stores, args.agency, args.environment),
          )
          const shown = {
            environment: environment.name,
            access: environment.accessEnabled ? 'enabled' : 'disabled',
            dials: environment.dialsReal ? 'real' : 'simulated',
            default_agent: environment.defaultAgentId,
            requests_per_minute: environment.requestsPerMinute,
            concurrent_calls: environment.concurrentCalls,
          }
          const lines = Object.entries(shown).map(
            ([name, value]) => `${name.replaceAll('_', ' ')}: ${value ?? '–'}`,
          )
          print(io, args.json, shown, lines.join('\n'))
        },
      }),
      dial: defineCommand({
        meta: { name: 'dial', description: 'Send calls to the agents’ providers, or to the simulator' },
        args: {
          ...whose,
          real: { type: 'boolean', description: 'Ring real phones' },
          simulated: { type: 'boolean', description: 'Ring nobody: the simulator plays every call' },
        },
        run: ({ args }) => {
          if (args.real === args.simulated) throw new Refusal('Choose one: --real or --simulated.')
          const dialsReal = args.real === true
          const dials = dialsReal ? 'real' : 'simulated'
          withStores(io, (stores) => {
            const environment = findEnvironment(stores, args.agency, args.environment)
            stores.audit.change(() => stores.environments.setDialsReal(environment.id, dialsReal), {
              ...commandLine(Date.now()),
              action: `dialling.${dials}`,
              agency: environment.agencyId,
              environment: environment.name,
            })
          })
          const sentence = dialsReal
            ? `Calls in ${args.environment} now ring real phones, where the agent's provider is not the simulator.`
            : `Calls in ${args.environment} now ring nobody: the simulator plays them.`
          print(io, args.json, { environment: args.environment, dials }, sentence)
        },
      }),
      limits: limits(io),
    },
  })

const limits = (io: Io) =>
  defineCommand({
    meta: { name: 'limits', description: 'Raise or lower the limits; holds for the next request' },
    args: {
      ...whose,
      'requests-per-minute': {
        type: 'string',
        description: 'Requests in any minute, or default for the server’s',
        valueHint: 'n|default',
      },
      'concurrent-calls': {
        type: 'string',
        description: 'Calls at once, or default for the server’s',
        valueHint: 'n|default',
      },
    },
    run: ({ args }) => {
      const change = {
        ...named('requestsPerMinute', args['requests-per-minute']),
        ...named('concurrentCalls', args['concurrent-calls']),
      }
      if (Object.keys(change).length === 0)
        throw new Refusal('Say which limit: --requests-per-minute, --concurrent-calls, or both.')
      const { requestsPerMinute, concurrentCalls } = withStores(io, (stores) => {
        const { id } = findEnvironment(stores, args.agency, args.environment)
        return stores.audit.change(
          () => {
            stores.environments.setLimits(id, change)
            return findEnvironment(stores, args.agency, args.environment)
          },
          (changed) => ({
            ...commandLine(Date.now()),
            action: 'limits.changed',
            agency: changed.agencyId,
            environment: changed.name,
            target: limitsTarget(changed),
          }),
        )
      })
      print(
        io,
        args.json,
        {
          environment: args.environment,
          requests_per_minute: requestsPerMinute,
          concurrent_calls: concurrentCalls,
        },
        `Limits in ${args.environment}: ${requestsPerMinute ?? 'the default number of'} requests a minute, ${concurrentCalls ?? 'the default number of'} concurrent calls.`,
      )
    },
  })

/** One limit of the command line, if it was given. */
const named = (name: keyof OwnLimits, text: string | undefined): Partial<OwnLimits> => {
  if (text === undefined) return {}
  const limit = text.trim() === '' ? 0 : readLimit(text)
  if (limit !== null && !(limit >= 1 && limit <= limitMost)) throw new Refusal(limitFlaw)
  return { [name]: limit }
}
