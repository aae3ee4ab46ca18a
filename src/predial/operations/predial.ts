import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { environmentNameSchema, iso, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { requireAllowedDestination } from '../../operation/refused-destination.ts'
import type { DestinationRules } from '../../outgoing/destination.ts'
import type { OneAtATime } from '../../outgoing/one-at-a-time.ts'
import { endpointTarget } from '../../webhooks/endpoint.ts'
import { signedUrlInput, signedUrlOutput } from '../../webhooks/operations/signed-url.ts'
import { mintWebhookSecret, secretSaid } from '../../webhooks/secret.ts'
import type { AskPredial } from '../ask.ts'
import { type PredialHook, requireHook } from '../hook.ts'
import { sampleCall } from '../sample.ts'
import { run, type Work } from '../../work.ts'

interface FindHook {
  predialHooks: { find(environmentId: string): Work<PredialHook | undefined> }
}

interface SetDeps {
  predialHooks: FindHook['predialHooks'] & {
    save(environmentId: string, url: string, secret: string, now: number): Work<void>
    rotate(environmentId: string, secret: string, now: number): Work<void>
  }
  destinationRules: DestinationRules
}

export const setPredial = operation({
  name: 'predial.set',
  summary:
    'Saves the URL that is asked before each real call is placed. The first time, it shows the signing secret once.',
  scope: 'environment',
  may: 'admin',
  input: signedUrlInput,
  output: signedUrlOutput,
  says: ({ environment, url, secret }) =>
    `Before each real call of ${environment}, ${url} is asked\n${secretSaid(secret)}`,
  run: async (deps: SetDeps, { environment, input, now, change }) => {
    const { predialHooks, destinationRules } = deps
    await requireAllowedDestination(change, input.url, destinationRules)
    const secret = mintWebhookSecret()
    const { isShown } = await change(
      function* () {
        const before = yield* predialHooks.find(environment.id)
        const rotates = before !== undefined && input.rotate_secret === true
        yield* predialHooks.save(environment.id, input.url, secret, now)
        if (rotates) yield* predialHooks.rotate(environment.id, secret, now)
        return { before, rotates, isShown: before === undefined || rotates }
      },
      ({ before, rotates }) => ({
        action: rotates ? 'predial.secret_rotated' : 'predial.saved',
        target: endpointTarget(input, before),
      }),
    )
    return { environment: environment.name, url: input.url, secret: isShown ? secret : null }
  },
})

export const showPredial = operation({
  name: 'predial.show',
  summary: 'Shows the pre-dial hook of an environment.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output: z.object({
    environment: environmentNameSchema,
    url: z.string(),
    secret_hint: z.string().meta({ description: 'The last characters of the signing secret' }),
    saved_at: time,
  }),
  *run({ predialHooks }: FindHook, { environment }) {
    const { url, hint, savedAt } = yield* requireHook(predialHooks, environment.id)
    return { environment: environment.name, url, secret_hint: hint, saved_at: iso(savedAt) }
  },
})

interface TestDeps extends FindHook {
  askPredial: AskPredial
  tests: Pick<OneAtATime, 'begin'>
}

export const testPredial = operation({
  name: 'predial.test',
  summary: 'Asks the pre-dial hook about a made-up call, and shows the result.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output: z.object({
    eligible: z.boolean(),
    reason_code: z.enum(['predial_refused', 'predial_failed']).nullable(),
    reason: z.string().nullable(),
  }),
  says: ({ eligible, reason }) =>
    eligible ? 'The hook lets calls be placed.' : `The hook rejects calls: ${reason}`,
  fails: ({ reason_code, reason }) =>
    reason_code === 'predial_failed' && reason !== null ? reason : undefined,
  run: async ({ predialHooks, askPredial, tests }: TestDeps, { environment, now, change }) => {
    const hook = await run(requireHook(predialHooks, environment.id))
    using test = tests.begin(`predial ${environment.id}`)
    if (!test)
      throw new ApiError('conflict', {
        detail: 'A test of this hook is in progress. Wait for its result.',
      })
    await change(
      function* () {
        return undefined
      },
      { action: 'predial.tested', target: endpointTarget(hook) },
    )
    const objection = await askPredial(sampleCall(environment, now), true)
    return {
      eligible: objection === undefined,
      reason_code: objection?.code ?? null,
      reason: objection?.reason ?? null,
    }
  },
})

interface RemoveDeps {
  predialHooks: FindHook['predialHooks'] & { remove(environmentId: string): Work<void> }
}

export const removePredial = operation({
  name: 'predial.remove',
  summary: 'Removes the pre-dial hook: calls are placed without asking.',
  scope: 'environment',
  may: 'admin',
  input: {},
  output: z.object({ environment: environmentNameSchema, removed: z.literal(true) }),
  says: ({ environment }) => `The pre-dial hook of ${environment} is removed.`,
  *ends({ predialHooks }: RemoveDeps, { environment }) {
    return `Real calls of ${environment.name} are placed without asking ${endpointTarget(yield* requireHook(predialHooks, environment.id))}, and its signing secret is lost.`
  },
  run: async ({ predialHooks }: RemoveDeps, { environment, change }) => {
    const hook = await run(requireHook(predialHooks, environment.id))
    await change(() => predialHooks.remove(environment.id), {
      action: 'predial.removed',
      target: endpointTarget(hook),
    })
    return { environment: environment.name, removed: true as const }
  },
})
