import { expect, test } from 'bun:test'
import { advance } from '../../src/calls/advance.ts'
import { newCall } from '../../src/calls/call.ts'
import { withIds } from '../../src/calls/provider-ids.ts'
import { presentCall } from '../../src/calls/record.ts'
import type { Send } from '../../src/outgoing/send.ts'
import { pageText } from '../support/docs.ts'
import { startFakeBland } from '../support/fakes/bland.ts'
import { startFakeElevenLabs } from '../support/fakes/elevenlabs.ts'
import { endStates, type FakeProvider } from '../support/fakes/fake.ts'
import { orderOf } from '../support/fakes/order.ts'
import { startFakeRetell } from '../support/fakes/retell.ts'
import { startFakeTwilio } from '../support/fakes/twilio.ts'
import { startFakeVapi } from '../support/fakes/vapi.ts'
import { send } from '../support/send.ts'

/** Each vendor, and what of its answers only holds other members: all else is named as one. */
const vendors: [name: string, start: () => Promise<FakeProvider>, envelopes: string[]][] = [
  ['vapi', () => startFakeVapi(), ['analysis', 'artifact', 'phoneNumber']],
  ['retell', startFakeRetell, ['call_analysis', 'call_cost']],
  ['bland', startFakeBland, []],
  ['elevenlabs', startFakeElevenLabs, ['metadata', 'phone_call', 'error', 'analysis']],
  ['twilio', startFakeTwilio, []],
]
/** When the fakes' calls are. */
const [beganAt, now] = [Date.parse('2026-01-15T12:00:00Z'), Date.parse('2026-01-15T12:05:00Z')]

type Json = Record<string, unknown>
const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The paths of an answer's members, down to what has no members of its own. */
const pathsIn = (json: Json, envelopes: string[], path: string[] = []): string[][] =>
  Object.entries(json).flatMap(([name, value]) =>
    isObject(value) && envelopes.includes(name)
      ? pathsIn(value, envelopes, [...path, name])
      : [[...path, name]],
  )

const without = (json: Json, [name = '', ...rest]: string[]): Json => {
  const { [name]: value, ...others } = json
  return rest.length === 0 || !isObject(value) ? others : { ...others, [name]: without(value, rest) }
}

const open = (fake: FakeProvider, through: Send) =>
  fake.kind.connect(
    {
      id: 'account',
      baseUrl: fake.baseUrl,
      credentials: fake.credentials,
      hookUrl: 'https://gate.test/hook',
    },
    { clock: { now: () => now }, timeoutMs: 5000, send: through },
  )

/** Which fields of a call differ without a member of what its vendor says, for every end of a call. */
const keptOf = async (start: () => Promise<FakeProvider>, envelopes: string[]) => {
  await using fake = await start()
  fake.runBy({ now: () => beganAt + 5000 })
  const { ref: agentRef, fromNumber } = fake.agent
  const order = orderOf({ agentRef, fromNumber, createdAt: beganAt, expiresAt: beganAt + 3_600_000 })
  const placed = await open(fake, send).place(order)
  if (placed.outcome !== 'placed') throw new Error('it was not placed')
  const call = withIds(newCall({ ...order, fromNumber: null }), placed)
  const kept = new Map<string, Set<string>>()
  for (const state of endStates.filter((one) => !fake.untold.includes(one))) {
    fake.move(order.id, state)
    let said: Json = {}
    let change = (json: Json) => json
    const through: Send = async (url, request) => {
      const result = await send(url, request)
      if (result.kind !== 'answered') return result
      said = JSON.parse(Buffer.from(result.body).toString()) as Json
      return { ...result, body: Buffer.from(JSON.stringify(change(said))) }
    }
    const record = async (): Promise<Json> => {
      const report = await open(fake, through).fetchStatus(call)
      const events = report.outcome === 'found' ? report.events : []
      return presentCall(events.reduce(advance, call), { name: 'production' }, 'https://calls.example.com')
    }
    const whole = await record()
    for (const path of pathsIn(said, envelopes)) {
      change = (json) => without(json, path)
      const less = await record()
      const changed = Object.keys(whole).filter((field) => !Bun.deepEquals(whole[field], less[field]))
      const fields = kept.get(path.join('.')) ?? new Set()
      kept.set(path.join('.'), new Set([...fields, ...changed]))
    }
  }
  return kept
}

const cell = (text: string) => `\`${text}\``

/** Without its id or its status, nothing is known of a call. */
const whereIn = (fields: ReadonlySet<string>) =>
  fields.size > 8 ? 'all fields' : [...fields].toSorted().map(cell).join(', ')

test('the page about providers says of every field of every vendor where it ends up', async () => {
  const rows: string[][] = []
  for (const [vendor, start, envelopes] of vendors)
    for (const [path, fields] of await keptOf(start, envelopes))
      if (fields.size > 0) rows.push([cell(vendor), cell(path), whereIn(fields)])
  const [, section = ''] = (await pageText('providers')).split('## What callgate keeps of calls')
  const written = section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((one) => one.trim()),
    )
  expect(written).toEqual(rows)
})
