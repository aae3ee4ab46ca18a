import type { z } from 'zod'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { badAnswer, type Behaviour, type FakeProvider } from './fake.ts'

/** How a provider answers the orders that reach it. */
interface Answers<Order, Call> {
  /** Our id, as the order carries it. */
  callIdOf(order: Order): string
  malformed(): Response
  refused(order: Order): Response
  full(): Response
  /** Makes the call, and says how it is answered. */
  made(order: Order): { call: Call; answer(): Response }
}

interface TheirCall {
  state: string
  ended: boolean
  /** How much is told of it. */
  bytes?: number
  toldAt?: number
}

/** The part that all fakes share: calls by our ids, flaws of orders, and the behaviour towards the next order. */
export const openBook = <Call extends TheirCall>() => {
  const calls = new Map<string, Call>()
  const creates = new Map<string, number>()
  const treated = new Map<string, Behaviour>()
  const complaints: string[] = []
  let next: Behaviour = 'accept'
  let clock: Pick<Clock, 'now'> = systemClock
  let watcher: ((callId: string) => void | Promise<void>) | undefined

  const take = async <Order>(shape: z.ZodType<Order>, payload: unknown, answers: Answers<Order, Call>) => {
    const behaviour = next
    next = 'accept'
    const wanted = shape.safeParse(payload)
    if (!wanted.success) {
      complaints.push(wanted.error.message)
      return answers.malformed()
    }
    const callId = answers.callIdOf(wanted.data)
    treated.set(callId, behaviour)
    if (behaviour === 'refuse') return answers.refused(wanted.data)
    if (behaviour === 'no capacity') return answers.full()
    const bad = badAnswer(behaviour)
    if (bad) return bad
    const { call, answer } = answers.made(wanted.data)
    creates.set(callId, (creates.get(callId) ?? 0) + 1)
    calls.set(callId, call)
    await watcher?.(callId)
    if (behaviour === 'answer late') await Bun.sleep(150)
    return behaviour === 'reset after accepting' ? 'reset' : answer()
  }

  const controls = {
    complaints,
    behave: (behaviour) => (next = behaviour),
    createsOf: (callId) => creates.get(callId) ?? 0,
    treatmentOf: (callId) => treated.get(callId),
    stateOf: (callId) => calls.get(callId)?.state,
    watch: (onCreate) => (watcher = onCreate),
    runBy: (given) => (clock = given),
    wasEnded: (callId) => calls.get(callId)?.ended ?? false,
    lengthen: (callId, bytes) => {
      const call = calls.get(callId)
      if (call) call.bytes = bytes
    },
    toldAt: (callId) => calls.get(callId)?.toldAt,
    move: (callId, state) => {
      const call = calls.get(callId)
      if (call) call.state = state
    },
  } satisfies Partial<FakeProvider>

  /** What is told of a call, as long as it is to be. */
  const tell = <Told extends object>(call: Call, told: Told): Told => {
    if (isOver(call.state)) call.toldAt ??= performance.now()
    return lengthened(told, call.bytes)
  }

  return {
    tell,
    calls,
    complaints,
    take,
    controls,
    currentTime: () => clock.now(),
    find: (is: (call: Call) => boolean) => [...calls.values()].find(is),
  }
}

/** The lists of what was said, as the providers name them. */
const talks = new Set(['messages', 'transcript', 'transcript_object', 'transcripts'])

/** Repeats the first list of what was said, until all of it comes to so many bytes. */
const lengthened = <Told extends object>(told: Told, bytes = 0): Told => {
  let missing = bytes - Buffer.byteLength(JSON.stringify(told))
  const grown = (value: unknown, name = ''): unknown => {
    if (missing <= 0 || typeof value !== 'object' || value === null) return value
    if (!Array.isArray(value)) return mapped(value)
    if (!talks.has(name) || value.length === 0) return value
    const times = 1 + Math.floor(missing / (Buffer.byteLength(JSON.stringify(value)) - 1))
    missing = 0
    return Array.from({ length: times }, () => value).flat()
  }
  const mapped = (value: object) =>
    Object.fromEntries(Object.entries(value).map(([name, one]) => [name, grown(one, name)]))
  return mapped(told) as Told
}

/** The credentials that a request shows, in the usual ways of HTTP. */
export const isBearer = ({ headers }: { headers: Headers }, token: string) =>
  headers.get('authorization') === `Bearer ${token}`

export const isBasic = ({ headers }: { headers: Headers }, user: string, password: string) =>
  headers.get('authorization') === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

/** `queued` is Twilio's before it rings. */
const goingOn = new Set(['queued', 'ringing', 'answered'])
export const isOver = (state: string) => !goingOn.has(state)
