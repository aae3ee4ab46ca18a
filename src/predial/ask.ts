import type { EnvironmentName } from '../agencies/environment.ts'
import type { Clock } from '../clock.ts'
import type { OutgoingLimiter } from '../outgoing/limiter.ts'
import type { Send } from '../outgoing/send.ts'
import { signedHeaders } from '../webhooks/secret.ts'
import { type AskedCall, predialResponse, requestOf } from './request.ts'
import { run, type Work } from '../work.ts'

interface AskDeps<Hook extends { url: string }> {
  hooks: {
    find(environmentId: string): Work<Hook | undefined>
    secrets(hook: Hook, now: number): string[]
  }
  environments: { nameOf(environmentId: string): Work<EnvironmentName | undefined> }
  send: Send
  limiter: Pick<OutgoingLimiter, 'run'>
  clock: Pick<Clock, 'now'>
  timeoutMs: number
}

/** Why a call must not be placed. */
export interface Objection {
  code: 'predial_refused' | 'predial_failed'
  reason: string
}

export type AskPredial = (call: AskedCall, isTest?: boolean) => Promise<Objection | undefined>

export const predialTimeoutMs = 5000
const responseBytesMost = 16 * 1024
const reasonMost = 300

/**
 * Asks the hook of a call's environment. Undefined where it lets the call be placed, or where there is none: it takes a 200
 * with `{"eligible": true}`, and everything else is an objection. The `webhook-id` is the same however often a call is asked about.
 */
export const createAskPredial =
  <Hook extends { url: string }>(deps: AskDeps<Hook>): AskPredial =>
  async (call, isTest = false) => {
    const { hooks, environments, limiter } = deps
    const hook = await run(hooks.find(call.environmentId))
    const environment = await run(environments.nameOf(call.environmentId))
    if (!hook || !environment) return undefined
    const body = JSON.stringify(requestOf(call, environment, isTest))
    // Not placing: a hook that hangs must not take from the share that is reserved for orders.
    const turn = {
      agencyId: call.agencyId,
      destination: `predial ${call.environmentId}`,
      isPlacing: false,
    }
    try {
      return await limiter.run(turn, () => ask(deps, hook, `predial_${call.id}`, body))
    } catch (error) {
      return failed(`could not be asked: ${error instanceof Error ? error.message : 'unknown error'}`)
    }
  }

const ask = async <Hook extends { url: string }>(
  { hooks, send, clock, timeoutMs }: AskDeps<Hook>,
  hook: Hook,
  id: string,
  body: string,
): Promise<Objection | undefined> => {
  const now = clock.now()
  const result = await send(hook.url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'user-agent': 'callgate',
      ...signedHeaders(hooks.secrets(hook, now), id, now, body),
    },
    body,
    timeoutMs,
    limitBytes: responseBytesMost,
    beyondLimit: 'lost',
  })
  if (result.kind === 'unsent') return failed(result.reason)
  if (result.kind === 'lost') return failed(`did not respond: ${result.reason}`)
  if (result.status !== 200) return failed(`responded with ${result.status}`)
  const { success, data } = predialResponse.safeParse(jsonIn(result.body))
  if (!success) return failed('responded without {"eligible": true} or {"eligible": false}')
  if (data.eligible) return undefined
  return { code: 'predial_refused', reason: plain(data.reason) || 'The pre-dial hook rejected the call.' }
}

const failed = (what: string): Objection => ({
  code: 'predial_failed',
  reason: `The pre-dial hook ${what}.`,
})

const jsonIn = (bytes: Uint8Array): unknown => {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    return undefined
  }
}

const plain = (reason = '') =>
  reason
    .toWellFormed()
    .replaceAll(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, reasonMost)
    .toWellFormed()
