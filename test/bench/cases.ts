import { mintToken } from '../../src/keys/token.ts'
import { freePort } from '../support/port.ts'
import { answer } from './answer.ts'
import { type Case, keysInTurn, usualConnections, withKeys } from './case.ts'
import type { GateOptions, Ground } from './ground.ts'
import type { Load } from './load.ts'
import { peers } from './peers.ts'

const unlimited = { CALLGATE_REQUESTS_PER_MINUTE: '1000000', CALLGATE_CONCURRENT_CALLS: '1000000' }
/** Of the floor, by processor time: a grant or a refusal, and what is on disk before the answer. */
const admissionAim = 0.65
const storedAim = 0.5
/** As many wrong keys a minute are let through to a 401 from each: together more than are ever sent. */
const addresses = 40_000

/** Keys that nobody has, from so many addresses in turn. */
const wrongKeys = (ground: Ground, name: string, spoil: (token: string) => string) =>
  ground.headers(name, () =>
    Array.from({ length: addresses }, (_, at) => ({
      Authorization: `Bearer ${spoil(mintToken())}`,
      'X-Forwarded-For': `10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`,
    })),
  )

const wellFormed = (token: string) => token

const withoutChecksum = (token: string) => `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`

const keyAsked = (headers: string): Load => ({ method: 'GET', path: '/api/v1/key', headers })

/** A call that stays up, so that the trigger is measured and not the rest of its life; and one that is over after a second. */
const staysUp = '+15551234507'
const isBusy = '+15551234501'

const triggered = (headers: string, { isUnique = false, phoneNumber = staysUp } = {}): Load => ({
  method: 'POST',
  path: '/api/v1/calls/trigger',
  headers,
  isUnique,
  body: JSON.stringify({ phone_number: phoneNumber }),
})

const gate = (options: GateOptions) => (ground: Ground, room: string) => ground.startGate(room, options)

const startFloor = (ground: Ground, room: string) => {
  const port = freePort()
  const script = `${import.meta.dir}/peers/floor.js`
  return ground.start(room, 'the floor', [process.execPath, script, String(port), answer], port)
}

/** Stored, sending, placed, ringing, ended; its event stored, and delivered. */
const writesOfLife = 7

const startFloorOfRows = (later: number) => (ground: Ground, room: string) => {
  const port = freePort()
  const script = `${import.meta.dir}/peers/floor-rows.ts`
  return ground.start(
    room,
    'the floor',
    [process.execPath, script, String(port), answer, String(later)],
    port,
  )
}

const floors: Case[] = [
  {
    name: 'floor',
    says: 'Floor: `Bun.serve`, a constant',
    load: (ground) => keyAsked(withKeys(ground, keysInTurn)),
    start: startFloor,
    expects: 200,
    connections: [1, ...usualConnections],
    isQuick: true,
  },
  {
    name: 'floor-row',
    says: 'Floor: one row on disk, of the columns of a call',
    load: (ground) => triggered(withKeys(ground, keysInTurn)),
    start: startFloorOfRows(0),
    expects: 200,
    connections: usualConnections,
    isQuick: true,
  },
  {
    name: 'floor-life',
    says: 'Floor: one row on disk, and then as many writes as a call’s life has',
    load: (ground) => triggered(withKeys(ground, keysInTurn)),
    start: startFloorOfRows(writesOfLife - 1),
    expects: 200,
    connections: usualConnections,
    isQuick: false,
  },
]

const granted = (agencies: number, isQuick = false): Case => ({
  name: agencies === keysInTurn ? 'granted' : `granted-${agencies}`,
  says: `\`GET /key\` granted, ${agencies.toLocaleString('en')} ${agencies === 1 ? 'key' : 'keys'}`,
  load: (ground) => keyAsked(withKeys(ground, agencies)),
  start: gate({ agencies, settings: unlimited }),
  expects: 200,
  floor: 'floor',
  aim: admissionAim,
  connections: agencies === keysInTurn ? [1, ...usualConnections] : usualConnections,
  isQuick,
})

/** Only behind a trusted proxy can one machine speak for many addresses: `isSpread` makes the load one. */
const wrong = (name: string, says: string, spoil: (token: string) => string, isSpread: boolean): Case => ({
  name,
  says,
  load: (ground) => keyAsked(wrongKeys(ground, spoil.name, spoil)),
  start: gate({
    agencies: keysInTurn,
    settings: isSpread ? { CALLGATE_TRUSTED_PROXIES: '127.0.0.1' } : {},
  }),
  expects: isSpread ? 401 : 429,
  floor: 'floor',
  aim: admissionAim,
  connections: usualConnections,
  isQuick: name === 'unknown',
})

const refusals: Case[] = [
  {
    name: 'granted-logged',
    says: '`GET /key` granted, a log line each',
    load: (ground) => keyAsked(withKeys(ground, keysInTurn)),
    start: gate({ agencies: keysInTurn, settings: { ...unlimited, CALLGATE_LOG_LEVEL: 'info' } }),
    expects: 200,
    floor: 'floor',
    connections: usualConnections,
    isQuick: false,
  },
  {
    name: 'limited',
    says: '429: the window is used up',
    load: (ground) => keyAsked(withKeys(ground, keysInTurn)),
    start: gate({ agencies: keysInTurn, settings: { CALLGATE_REQUESTS_PER_MINUTE: '1' } }),
    isSpent: true,
    expects: 429,
    floor: 'floor',
    aim: admissionAim,
    connections: usualConnections,
    isQuick: true,
  },
  wrong('unknown', '401: unknown keys, each from elsewhere', wellFormed, true),
  wrong('malformed', '401: malformed keys, each from elsewhere', withoutChecksum, true),
  wrong('unknown-flood', '429: unknown keys, all from one address', wellFormed, false),
  wrong('malformed-flood', '429: malformed keys, all from one address', withoutChecksum, false),
  {
    name: 'no-key',
    says: '401: no key at all',
    load: (ground) => keyAsked(ground.headers('nothing', () => [{ Accept: '*/*' }])),
    start: gate({ agencies: keysInTurn }),
    expects: 401,
    floor: 'floor',
    aim: admissionAim,
    connections: usualConnections,
    isQuick: false,
  },
]

const trigger = (agencies: number, says: string, isUnique: boolean, isQuick = false): Case => ({
  name: `trigger-${agencies}${isUnique ? '-unique' : ''}`,
  says: `trigger on disk, ${says}${isUnique ? ', `Idempotency-Key`' : ''}`,
  load: (ground) => triggered(withKeys(ground, agencies), { isUnique }),
  start: gate({ agencies, settings: unlimited }),
  expects: 200,
  floor: 'floor-row',
  aim: storedAim,
  connections: usualConnections,
  isQuick,
})

const triggers = [
  [1, 'one agency'],
  [1000, '1,000 agencies'],
  [100_000, '100,000 agencies'],
] as const

const life: Case = {
  name: 'life',
  says: 'a call’s whole life: trigger, order, ringing, busy, its webhook delivered',
  load: (ground) => triggered(withKeys(ground, 1000), { phoneNumber: isBusy }),
  start: gate({ agencies: 1000, settings: unlimited, hasWebhooks: true }),
  expects: 200,
  floor: 'floor-life',
  aim: storedAim,
  connections: [32],
  isQuick: false,
}

const page: Case = {
  name: 'page',
  says: 'the API page of an agency, signed in',
  load: (ground) => ({
    method: 'GET',
    path: `/admin/agencies/${ground.seeded(1000).agencyId}/integrations/api`,
    headers: ground.headers('cookie', () => [{ Cookie: 'callgate=session' }]),
  }),
  start: gate({ agencies: 1000, isSignedIn: true }),
  expects: 200,
  floor: 'floor',
  connections: [32],
  isQuick: false,
}

/** All rows, in the order of the table and of a round. */
export const cases: Case[] = [
  ...floors,
  granted(keysInTurn, true),
  ...refusals,
  ...triggers.flatMap(([agencies, says]) => [
    trigger(agencies, says, false, agencies === 1000),
    trigger(agencies, says, true),
  ]),
  life,
  page,
  granted(1),
  granted(1000),
  granted(100_000),
  ...peers,
]
