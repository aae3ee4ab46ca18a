import { type Call, newCall } from '../../src/calls/call.ts'
import { createServices } from '../../src/wiring.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { FixedClock, settled } from './clock.ts'
import { answer, type Gate } from './gate.ts'
import { atOnce } from '../../src/work.ts'

/** Triggers a call and gives back a way to look at it as it is on disk. */
export const triggered = async (gate: Gate, scenario: string) => {
  const { call_id = '' } = await answer(await gate.trigger(scenario))
  return { id: call_id, now: () => found(gate, call_id) }
}

const found = ({ services }: Pick<Gate, 'services'>, id: string): Call => {
  const call = atOnce(services.calls.find(id))
  if (!call) throw new Error(`no call ${id}`)
  return call
}

/** Puts a call on disk and takes its lease, as a trigger does, without anyone sending its order. */
export const undispatched = (gate: Gate, scenario = '00', given: Partial<Call> = {}) => {
  const { services, clock, config, agency, agent, production } = gate
  const call: Call = {
    ...newCall({
      id: Bun.randomUUIDv7('hex', clock.now()),
      agencyId: agency.id,
      environmentId: production.id,
      agentId: agent.id,
      provider: 'simulator',
      accountId: null,
      agentRef: null,
      fromNumber: null,
      phoneNumber: `+155512345${scenario}`,
      name: null,
      email: null,
      metadata: null,
      options: null,
      timeZone: null,
      consent: null,
      spendingDay: null,
      createdAt: clock.now(),
      expiresAt: clock.now() + config.maxCallSeconds * 1000,
    }),
    ...given,
  }
  atOnce(services.calls.insert(call))
  services.leases.restore({
    callId: call.id,
    environmentId: call.environmentId,
    takenAt: call.createdAt,
    expiresAt: call.expiresAt,
  })
  return { id: call.id, now: () => found(gate, call.id) }
}

/** The next process on the gate's file, some time after the gate's was killed. It has taken up what it found. */
export const restarted = async (gate: Gate, path: string, laterMs = 0) => {
  gate.database.close()
  const clock = new FixedClock(gate.clock.now() + laterMs)
  const database = openDatabase(path)
  const services = createServices({
    config: gate.config,
    dataDir: gate.services.dataDir,
    database,
    clock,
    log: silentLog,
  })
  services.reconciler.start()
  await settled()
  return {
    clock,
    services,
    call: (id: string) => found({ services }, id),
    leases: () => services.leases.count(gate.production.id),
    [Symbol.dispose]: () => database.close(),
  }
}

/** A call of the gate's own dialler that is over, with its recording at an address. */
export const withRecordingAt = (gate: Gate, recordingRef: string | null) => {
  const { accounts } = gate.services
  const known = atOnce(accounts.findFor(gate.agency.id, 'http'))
  const credentials = { hook_secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }
  const given = { agencyId: gate.agency.id, provider: 'http', baseUrl: 'http://127.0.0.1:9/', credentials }
  const accountId = (known ?? atOnce(accounts.save(given, 0))).id
  const endedAt = gate.clock.now()
  const over = { status: 'completed', dispatch: 'placed', answeredAt: endedAt, endedAt } as const
  return undispatched(gate, '00', { ...over, provider: 'http', accountId, recordingRef })
}
