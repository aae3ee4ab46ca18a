import { z } from 'zod'
import { ApiError } from '../../failures.ts'
import { iso, time } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import type { Entry, ListOwner, NewEntry, PageOfEntries, Position } from '../entry.ts'
import {
  entryRecord,
  expiresAtField,
  expiryOf,
  phoneNumberField,
  presentEntry,
  reasonField,
  sourceField,
} from '../fields.ts'
import { numberHint } from '../number-hint.ts'
import type { Work } from '../../work.ts'

const wholeGate = 'Without an agency, an operator works on the list of the whole gate.'

interface AddDeps {
  doNotCall: { replace(owner: ListOwner, entry: NewEntry): Work<Position> }
}

export const addNumber = operation({
  name: 'dnc.add',
  summary: `Adds a number to a do-not-call list, or replaces its entry. ${wholeGate}`,
  scope: 'agencies',
  may: 'admin',
  input: {
    phone_number: phoneNumberField,
    reason: reasonField.optional(),
    source: sourceField.default('manual'),
    expires_at: expiresAtField.optional(),
  },
  example: { phone_number: '+15551234567', reason: 'complaint' },
  output: entryRecord,
  says: ({ hint, expires_at }) =>
    `No agent calls ${hint} ${expires_at === null ? 'any more' : `before ${expires_at}`}.`,
  run: ({ doNotCall }: AddDeps, { input, agency, now, change }) => {
    const { phone_number: phoneNumber, source } = input
    const hint = numberHint(phoneNumber)
    const reason = input.reason || null
    const entry = { source, reason, addedAt: now, expiresAt: expiryOf(input.expires_at, now) }
    return change(
      function* () {
        return presentEntry({
          ...entry,
          ...(yield* doNotCall.replace(agency?.id ?? null, { ...entry, phoneNumber })),
          hint,
        })
      },
      { action: 'dnc.added', target: hint },
    )
  },
})

interface RemoveDeps {
  doNotCall: {
    find(owner: ListOwner, phoneNumber: string): Work<Entry | undefined>
    remove(owner: ListOwner, phoneNumber: string): Work<Entry | undefined>
  }
}

export const removeNumber = operation({
  name: 'dnc.remove',
  summary: `Takes a number off a do-not-call list. ${wholeGate}`,
  scope: 'agencies',
  may: 'admin',
  input: { phone_number: phoneNumberField },
  example: { phone_number: '+15551234567' },
  output: z.object({ hint: z.string() }),
  says: ({ hint }) => `${hint} is no longer on this list.`,
  run: ({ doNotCall }: RemoveDeps, { input: { phone_number: phoneNumber }, agency, change }) =>
    change(
      function* () {
        const removed = yield* doNotCall.remove(agency?.id ?? null, phoneNumber)
        if (removed) return { hint: removed.hint }
        const isOfGate = agency !== undefined && (yield* doNotCall.find(null, phoneNumber)) !== undefined
        const detail = isOfGate
          ? 'The number is on the list of the whole gate, which only an operator can change.'
          : 'The number is not on this list.'
        throw new ApiError('not_found', { detail, param: 'phone_number' })
      },
      ({ hint }) => ({ action: 'dnc.removed', target: hint }),
    ),
})

interface CheckDeps {
  doNotCall: { find(owner: ListOwner, phoneNumber: string): Work<Entry | undefined> }
}

export const checkNumber = operation({
  name: 'dnc.check',
  summary:
    'Shows whether a number is on a do-not-call list: of an agency and the whole gate, or of the gate alone.',
  scope: 'agencies',
  may: 'admin',
  input: { phone_number: phoneNumberField },
  example: { phone_number: '+15551234567' },
  output: z.object({
    listed: z.boolean().meta({ description: 'True if the number must not be called now' }),
    entries: z.array(
      z.object({
        list: z.enum(['gate', 'agency']),
        source: z.string().nullable().meta({ description: 'Null where only an operator may see it' }),
        reason: z.string().nullable(),
        added_at: time,
        expires_at: time.nullable(),
      }),
    ),
  }),
  says: ({ listed, entries }) =>
    listed
      ? `Must not be called: it is on ${entries.map(({ list }) => (list === 'gate' ? 'the list of the whole gate' : 'the agency’s list')).join(' and ')}.`
      : 'The number is on no do-not-call list.',
  *run({ doNotCall }: CheckDeps, { input: { phone_number: phoneNumber }, agency, actor, now }) {
    const find = function* (list: 'gate' | 'agency', owner: ListOwner) {
      const found = yield* doNotCall.find(owner, phoneNumber)
      return found && (found.expiresAt === null || found.expiresAt > now) ? [{ list, ...found }] : []
    }
    const found = [...(yield* find('gate', null)), ...(agency ? yield* find('agency', agency.id) : [])]
    const entries = found.map(({ list, source, reason, addedAt, expiresAt }) => {
      // Another agency's affairs may be behind an operator's entry.
      const isHidden = list === 'gate' && actor.role !== 'operator'
      const shown = isHidden ? { source: null, reason: null } : { source, reason }
      return { list, ...shown, added_at: iso(addedAt), expires_at: iso(expiresAt) }
    })
    return { listed: entries.length > 0, entries }
  },
})

interface ListDeps {
  doNotCall: {
    positionOf(owner: ListOwner, id: string): Work<Position | undefined>
    page(owner: ListOwner, page: PageOfEntries): Work<Entry[]>
  }
}

const entriesMost = 1000

export const listNumbers = operation({
  name: 'dnc.list',
  summary: `Lists the entries of a do-not-call list, newest first. The gate keeps no numbers. ${wholeGate}`,
  scope: 'agencies',
  may: 'admin',
  input: {
    before: z
      .string()
      .regex(/^[\da-f]{32}$/, 'before must be the id of an entry.')
      .optional()
      .meta({ description: 'Only entries older than this one', hint: 'id' }),
    limit: z
      .int()
      .min(1)
      .max(entriesMost)
      .default(50)
      .meta({ description: `How many at most, up to ${entriesMost}` }),
  },
  output: z.array(entryRecord),
  columns: ['id', 'hint', 'source', 'reason', 'added_at', 'expires_at'],
  empty: 'This do-not-call list has no such entries.',
  *run({ doNotCall }: ListDeps, { input: { before, limit }, agency }) {
    const owner = agency?.id ?? null
    const after = before === undefined ? undefined : yield* doNotCall.positionOf(owner, before)
    if (before !== undefined && !after)
      throw new ApiError('not_found', {
        detail: 'There is no such entry any more. Start from the newest one.',
      })
    return (yield* doNotCall.page(owner, { after, limit })).map(presentEntry)
  },
})
