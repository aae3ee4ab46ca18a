import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import type { CallEvent } from '../../src/calls/call.ts'
import { holdsSlot, isStillRunning } from '../../src/calls/call.ts'
import { createTakeEvents } from '../../src/calls/provider-events.ts'
import type { Report } from '../../src/calls/provider.ts'
import { createRelease } from '../../src/calls/release.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { deleteAgency } from '../../src/agencies/operations/delete.ts'
import { capabilitiesOf } from '../../src/providers/kinds.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { settled } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { restarted, undispatched } from '../support/orders.ts'
import { enter, textOf } from '../support/page.ts'
import { callingThrough, scriptedProvider } from '../support/provider.ts'
import { atOnce } from '../../src/work.ts'

const ended: CallEvent = { type: 'ended', at: 0, status: 'completed' }
const answered: CallEvent = { type: 'answered', at: 0 }
const found = (...events: CallEvent[]): Report => ({ outcome: 'found', providerCallId: 'theirs', events })
const running = found(answered)
const over = found(ended)

/** Calls of one account, what their provider answers when it is asked, and how often it was. */
const connected = (gate: Gate, answer: () => Report = () => running) => {
  const asked: string[] = []
  const hungUp: string[] = []
  const { provider } = scriptedProvider({
    fetchStatus: async ({ id }) => {
      asked.push(id)
      return answer()
    },
    end: async ({ id }) => void hungUp.push(id),
  })
  const { reconciler } = callingThrough(gate, provider)
  reconciler.start()
  const { calls, lifecycle, leases } = gate.services
  const takeEvents = createTakeEvents({
    calls,
    lifecycle,
    capabilities: (call) => capabilitiesOf(call.provider),
    clock: gate.clock,
    log: silentLog,
  })
  const placed = { provider: 'retell', accountId: 'account', dispatch: 'placed' } as const
  const call = (given = {}) =>
    undispatched(gate, '00', { ...placed, providerCallId: crypto.randomUUID(), ...given })
  const hook = (callId: string, event: CallEvent = ended) =>
    takeEvents('account', [{ callId, providerCallId: null, event }])
  return { asked, hungUp, call, hook, reconciler, slots: () => leases.count(gate.production.id) }
}

const inAudit = ({ services }: Gate) =>
  atOnce(services.audit.list({ limit: 99 })).filter(({ action }) => action === 'call.still_running')

describe('an end that a hook reported', () => {
  test('frees the slot at once, and is checked once, soon after', async () => {
    const gate = createGate()
    const { asked, call, hook, slots } = connected(gate, () => over)
    const { id, now } = call()
    await hook(id)
    expect([slots(), now().status, asked.length]).toEqual([0, 'completed', 0])
    await gate.clock.advance(12_000)
    expect(asked).toEqual([id])
    await gate.clock.advance(10_000)
    expect([asked.length, now().endCheckDueAt]).toEqual([1, null])
    expect(inAudit(gate)).toEqual([])
  })

  test('and whose call is still running takes the slot back until the provider says that it has ended', async () => {
    const gate = createGate()
    let answer = running
    const { call, hook, slots } = connected(gate, () => answer)
    const { id, now } = call()
    await hook(id)
    const told = now()
    await gate.clock.advance(12_000)
    expect(slots()).toBe(1)
    // What the API and webhooks have told stays as it was.
    expect(now()).toMatchObject({ status: 'completed', endedAt: told.endedAt, reason: told.reason })
    await hook(id)
    await gate.clock.advance(60_000)
    expect(slots()).toBe(1)
    answer = over
    await gate.clock.advance(16_000)
    expect([slots(), isStillRunning(now()), now().endCheckDueAt]).toEqual([0, false, null])
    expect(inAudit(gate)).toMatchObject([
      { actor: 'callgate', environment: 'production', target: id, agencyId: gate.agency.id },
    ])
  })

  test('keeps the eleventh caller waiting while ten calls are still running', async () => {
    const gate = createGate()
    const { call, hook, slots } = connected(gate)
    const calls = Array.from({ length: 10 }, () => call())
    for (const { id } of calls) await hook(id)
    expect(slots()).toBe(0)
    await gate.clock.advance(12_000)
    expect(slots()).toBe(10)
    expect((await gate.trigger()).status).toBe(429)
  })

  test('of a call that is still running at the hard cap frees the slot then, and the provider has to hang up', async () => {
    const gate = createGate({ maxCallSeconds: 40 })
    const { call, hook, hungUp, slots } = connected(gate)
    const { id, now } = call()
    await hook(id)
    await gate.clock.advance(39_000)
    expect([slots(), hungUp.length]).toEqual([1, 0])
    await gate.clock.advance(2_500)
    expect([slots(), hungUp, now().hangUpPending]).toEqual([0, [id], false])
  })

  test.each<[string, Report]>([
    ['does not know', { outcome: 'unknown', reason: 'it responded with 500' }],
    ['knows nothing about the state of', found()],
  ])('is checked for two minutes while the provider %s the call, and no longer', async (_what, answer) => {
    const gate = createGate()
    const { asked, call, hook, slots } = connected(gate, () => answer)
    const { id, now } = call()
    await hook(id)
    await gate.clock.advance(150_000)
    expect([slots(), now().endCheckDueAt]).toEqual([0, null])
    const before = asked.length
    expect(before).toBeLessThanOrEqual(10)
    // The details of the call are asked for all the same.
    await gate.clock.advance(60_000)
    expect(asked.length - before).toBeLessThanOrEqual(1)
  })

  test('of a call that the provider does not know any more is true', async () => {
    const gate = createGate()
    const { call, hook, slots } = connected(gate, () => ({ outcome: 'not_found' }))
    const { id, now } = call()
    await hook(id)
    await gate.clock.advance(12_000)
    expect([slots(), now().endCheckDueAt]).toEqual([0, null])
  })

  test('is checked by the same question that asks for the details', async () => {
    const gate = createGate()
    const details = {
      summary: 'They want a demo.',
      transcript: [],
      costCents: 17,
      recordingRef: 'https://a.test',
      sentiment: 'positive',
      analysis: { good: true },
    }
    const told = found({ ...ended, durationSeconds: 42, details } as CallEvent)
    const { asked, call, hook } = connected(gate, () => told)
    const { id, now } = call()
    await hook(id)
    expect(now().detailsDueAt).not.toBeNull()
    await gate.clock.advance(400_000)
    expect(now()).toMatchObject({ summary: 'They want a demo.', detailsDueAt: null })
    expect(asked).toEqual([id])
  })
})

test.each(['an operator who releases the slot', 'the deletion of the agency'])(
  'a slot that was taken back is given up by %s, and the provider has to hang up',
  async (by) => {
    const gate = createGate()
    const { call, hook, hungUp, reconciler, slots } = connected(gate)
    const { services, clock } = gate
    const { id, now } = call()
    await hook(id)
    await clock.advance(12_000)
    expect(slots()).toBe(1)
    if (by.startsWith('an operator')) {
      const { lifecycle } = services
      const hangUp: Parameters<typeof createRelease>[0]['hangUp'] = (each) => reconciler.hangUp(each)
      await createRelease({ lifecycle, clock, hangUp })(now(), function* () {})
    } else await services.perform(deleteAgency, { agency: 'Acme' }, commandLineActor)
    expect(slots()).toBe(0)
    await clock.advance(20_000)
    expect([slots(), isStillRunning(now())]).toEqual([0, false])
    if (by.startsWith('an operator')) expect(hungUp).toEqual([id])
  },
)

test('a slot that was taken back is taken after kill -9 too, and free once the call has ended', async () => {
  using directory = temporaryDirectory()
  const gate = createGate({ path: directory.database, maxCallSeconds: 60 })
  const { call, hook, slots } = connected(gate)
  const { id } = call()
  await hook(id)
  await gate.clock.advance(12_000)
  expect(slots()).toBe(1)
  using next = await restarted(gate, directory.database, 1000)
  expect([next.leases(), isStillRunning(next.call(id))]).toEqual([1, true])
  // The account of this call is not there, so nobody answers, and the hard cap ends it.
  await next.clock.advance(60_000)
  expect([next.leases(), isStillRunning(next.call(id))]).toEqual([0, false])
})

test('the pages show a call that is still running, and among the slots that are taken', async () => {
  const gate = createGate()
  const { call, hook } = connected(gate)
  const { id } = call()
  await hook(id)
  await gate.clock.advance(12_000)
  const { cookie } = enter(gate, { agencyId: gate.agency.id })
  const here = `/admin/agencies/${gate.agency.id}`
  const read = async (path: string) => textOf(await gate.request(`${here}/${path}`, { headers: { cookie } }))
  expect(await read(`calls/${id}`)).toContain('Still running at the provider')
  expect(await read('slots')).toContain('1 of 10 slots in use')
  expect(await read('slots')).toContain('still running at the provider')
  expect(await read('slots')).not.toContain('Release slot')
})

test('whatever hooks and providers tell, slots are those of calls that are not over or still running, and none is left', async () => {
  const step = fc.oneof(
    fc.record({ hook: fc.nat({ max: 3 }) }),
    fc.record({ hangsUp: fc.nat({ max: 3 }) }),
    fc.record({ waits: fc.integer({ min: 1, max: 40 }) }),
    fc.constantFrom('fails' as const, 'answers' as const, 'restarts' as const, 'triggers' as const),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 25 }), async (steps) => {
      const gate = createGate({ maxCallSeconds: 120 })
      const { clock, services, production } = gate
      const hungUp = new Set<string>()
      let fails = false
      const { provider } = scriptedProvider({
        fetchStatus: async ({ id }) =>
          fails
            ? { outcome: 'unknown', reason: 'down' }
            : { ...(hungUp.has(id) ? over : running), providerCallId: id },
        end: async ({ id }) => void hungUp.add(id),
      })
      const { reconciler } = callingThrough(gate, provider)
      const { calls, lifecycle, leases } = services
      const takeEvents = createTakeEvents({
        calls,
        lifecycle,
        capabilities: (call) => capabilitiesOf(call.provider),
        clock,
        log: silentLog,
      })
      const placed = { provider: 'retell', accountId: 'account', dispatch: 'placed' } as const
      const ours: ReturnType<typeof undispatched>[] = []
      const trigger = () => {
        const id = crypto.randomUUID()
        ours.push(undispatched(gate, '00', { ...placed, providerCallId: id }))
      }
      trigger()
      /** As the reconciler's own timer does, in fewer steps. */
      const wait = async (seconds: number) => {
        for (let waited = 0; waited < seconds; waited += 5) {
          clock.step(5000)
          atOnce(reconciler.tick())
          await settled()
        }
      }
      const look = () => {
        const holding = ours.filter(({ now }) => holdsSlot(now())).length
        expect(leases.count(production.id)).toBe(holding)
        for (const { now } of ours) {
          const call = now()
          // Nobody holds a slot whose provider was heard to say that the call has ended, nor beyond the hard cap.
          if (isStillRunning(call)) expect(clock.now()).toBeLessThan(call.expiresAt)
        }
      }
      for (const each of steps) {
        if (each === 'triggers') trigger()
        else if (each === 'restarts') atOnce(services.takeOver())
        else if (typeof each === 'string') fails = each === 'fails'
        else if ('waits' in each) await wait(each.waits)
        else if ('hangsUp' in each) hungUp.add(ours[each.hangsUp % ours.length]?.now().id ?? '')
        else
          await takeEvents('account', [
            { callId: ours[each.hook % ours.length]?.id ?? '', providerCallId: null, event: ended },
          ])
        look()
      }
      // A hook that lies keeps a slot free for half a minute at most, where the provider answers.
      fails = false
      const atEnd = ours.filter(({ id, now }) => !hungUp.has(id) && now().expiresAt > clock.now() + 40_000)
      const isRecent = ({ now }: (typeof ours)[number]) => now().endCheckDueAt !== null || !now().endedAt
      const checked = atEnd.filter(isRecent)
      await wait(30)
      for (const { now } of checked) expect(holdsSlot(now())).toBe(true)
      await wait(130)
      look()
      expect(leases.count(production.id)).toBe(0)
    }),
    { numRuns: 25 },
  )
}, 30_000)
