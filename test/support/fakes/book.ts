import type { z } from 'zod'
import { type Clock, systemClock } from '../../../src/clock.ts'
import { badAnswer, type Behaviour, type FakeProvider, type CallState } from './fake.ts'

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

/** The part that all fakes share: calls by our ids, flaws of orders, and the behaviour towards the next order. */
export const openBook = <Call extends { state: string; ended: boolean }>() => {
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
    move: (callId, state) => {
      const call = calls.get(callId)
      if (call) call.state = state
    },
  } satisfies Partial<FakeProvider>

  return {
    calls,
    complaints,
    take,
    controls,
    currentTime: () => clock.now(),
    find: (is: (call: Call) => boolean) => [...calls.values()].find(is),
  }
}

/** The credentials that a request shows, in the usual ways of HTTP. */
export const isBearer = ({ headers }: { headers: Headers }, token: string) =>
  headers.get('authorization') === `Bearer ${token}`

export const isBasic = ({ headers }: { headers: Headers }, user: string, password: string) =>
  headers.get('authorization') === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

export const isOver = (state: CallState) => state !== 'ringing' && state !== 'answered'
