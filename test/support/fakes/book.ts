import type { z } from 'zod'
import { badAnswer, type Behaviour, type FakeProvider, type Standing } from './fake.ts'

/** How a provider answers the orders that reach it. */
interface Answers<Order, Call> {
  malformed(): Response
  refused(order: Order): Response
  full(): Response
  /** Makes the call, under our id, and says how it is answered. */
  made(order: Order): { callId: string; call: Call; answer(): Response }
}

/** What every fake keeps: its calls by our ids, what was wrong with orders, and how it is to treat the next one. */
export const openBook = <Call extends { standing: string; ended: boolean }>() => {
  const calls = new Map<string, Call>()
  const creates = new Map<string, number>()
  const complaints: string[] = []
  let next: Behaviour = 'accept'

  const take = <Order>(shape: z.ZodType<Order>, payload: unknown, answers: Answers<Order, Call>) => {
    const behaviour = next
    next = 'accept'
    const wanted = shape.safeParse(payload)
    if (!wanted.success) {
      complaints.push(wanted.error.message)
      return answers.malformed()
    }
    if (behaviour === 'refuse') return answers.refused(wanted.data)
    if (behaviour === 'no capacity') return answers.full()
    const bad = badAnswer(behaviour)
    if (bad) return bad
    const { callId, call, answer } = answers.made(wanted.data)
    creates.set(callId, (creates.get(callId) ?? 0) + 1)
    calls.set(callId, call)
    if (behaviour === 'answer late') return Bun.sleep(150).then(answer)
    return behaviour === 'reset after accepting' ? 'reset' : answer()
  }

  const controls = {
    complaints,
    behave: (behaviour) => (next = behaviour),
    createsOf: (callId) => creates.get(callId) ?? 0,
    wasEnded: (callId) => calls.get(callId)?.ended ?? false,
    move: (callId, standing) => {
      const call = calls.get(callId)
      if (call) call.standing = standing
    },
  } satisfies Partial<FakeProvider>

  return {
    calls,
    complaints,
    take,
    controls,
    find: (is: (call: Call) => boolean) => [...calls.values()].find(is),
  }
}

/** The credentials that a request shows, in the usual ways of HTTP. */
export const isBearer = ({ headers }: { headers: Headers }, token: string) =>
  headers.get('authorization') === `Bearer ${token}`

export const isBasic = ({ headers }: { headers: Headers }, user: string, password: string) =>
  headers.get('authorization') === `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`

export const isOver = (standing: Standing) => standing !== 'ringing' && standing !== 'answered'
