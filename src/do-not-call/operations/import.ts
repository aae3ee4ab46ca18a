import { z } from 'zod'
import { phoneNumberPattern } from '../../calls/phone-number.ts'
import type { Commit } from '../../commit.ts'
import { operation } from '../../operation/operation.ts'
import type { ListOwner, NewEntry } from '../entry.ts'
import { hasHidden } from '../../visible.ts'
import { expiresAtField, reasonCharactersMost, sourceField } from '../fields.ts'
import { inTurn, type Work } from '../../work.ts'

/**
 * The entries of one commit, which take some thirty milliseconds on a list of a million: hashes are in no order, so that each
 * entry changes a page of its own.
 */
export const entriesAtOnce = 500
/** The problems that are listed one by one. */
export const problemsMost = 100
const bodyLimitBytes = 512 * 1024

const importedEntry = z.object({
  phone_number: z.string(),
  reason: z.string().optional(),
  expires_at: z.string().optional(),
})

export type ImportedEntry = z.infer<typeof importedEntry>

/** What became of the entries of an import, or of a part of one. */
const importResult = z.object({
  added: z.int(),
  already_listed: z
    .int()
    .meta({ description: 'Numbers whose entry lasts as long, or longer: they stay as they are' }),
  rejected: z.int(),
  problems: z
    .array(
      z.object({
        line: z.int().meta({ description: 'Its line in the file; without one, its place among the entries' }),
        problem: z.string(),
      }),
    )
    .meta({ description: `The first ${problemsMost} of the rejected` }),
})

export type ImportResult = z.infer<typeof importResult>

interface ImportDeps {
  doNotCall: { extend(owner: ListOwner, entry: NewEntry): Work<boolean> }
  commit: Commit
}

export const importNumbers = operation({
  name: 'dnc.import',
  summary:
    'Adds many numbers to a do-not-call list. Without an agency, an operator works on the list of the whole gate.',
  details: `At the command line, name a CSV file, or - for standard input, with the columns phone_number, reason and expires_at; only
the first is required, and a header is optional. The admin API takes such a file as well: send it with Content-Type: text/csv, and
the other fields in the query. Lines without a valid number are reported, and the others are imported.
An import never shortens an entry: a number that is already listed for as long keeps its entry.`,
  scope: 'agencies',
  may: 'admin',
  input: {
    entries: z
      .array(importedEntry)
      .max(entriesAtOnce)
      .meta({
        description: `Up to ${entriesAtOnce} entries: phone_number, and optionally reason and expires_at`,
      }),
    source: sourceField.default('import'),
  },
  example: { entries: [{ phone_number: '+15551234567' }] },
  bodyLimitBytes,
  output: importResult,
  says: (result) => importInWords(result),
  run: ({ doNotCall, commit }: ImportDeps, { input: { entries, source }, agency, actor, now, record }) => {
    const owner = agency?.id ?? null
    const judged = entries.map((entry) => judge(entry, source, now))
    const problems = judged.flatMap((each, at) =>
      typeof each === 'string' ? [{ line: at + 1, problem: each }] : [],
    )
    const valid = judged.filter((each) => typeof each !== 'string')
    const counts = { rejected: problems.length, problems: problems.slice(0, problemsMost) }
    if (valid.length === 0) return { added: 0, already_listed: 0, ...counts }
    return commit(function* () {
      yield* actor.confirm()
      const extended = yield* inTurn(valid, (entry) => doNotCall.extend(owner, entry))
      const added = extended.filter(Boolean).length
      if (added > 0)
        yield* record({ action: 'dnc.imported', target: added === 1 ? '1 number' : `${added} numbers` })
      return { added, already_listed: valid.length - added, ...counts }
    })
  },
})

const isTime = (text: string) => expiresAtField.safeParse(text).success

/** The entry to store, or what is wrong with it. Nothing of it is repeated. */
const judge = (
  { phone_number, reason = '', expires_at = '' }: ImportedEntry,
  source: string,
  now: number,
) => {
  const phoneNumber = phone_number.trim()
  if (!phoneNumberPattern.test(phoneNumber)) return 'not a phone number in E.164, such as +15551234567'
  if (reason.trim().length > reasonCharactersMost)
    return `reason has more than ${reasonCharactersMost} characters`
  if (hasHidden(reason.trim()))
    return 'reason has control characters, or some that change the direction of text'
  const until = expires_at.trim()
  if (until !== '' && !isTime(until)) return 'expires_at is not a time such as 2027-01-31T00:00:00Z'
  const expiresAt = until === '' ? null : Date.parse(until)
  if (expiresAt !== null && expiresAt <= now) return 'expires_at is in the past'
  return { phoneNumber, source, reason: reason.trim() || null, addedAt: now, expiresAt }
}

export const countsInWords = ({ added, already_listed, rejected }: ImportResult) =>
  `Numbers added: ${added}, already listed: ${already_listed}, rejected: ${rejected}.`

/** The outcome as sentences, with the lines that were rejected. */
export const importInWords = (result: ImportResult): string => {
  const { rejected, problems } = result
  const lines = problems.map(({ line, problem }) => `  line ${line}: ${problem}`)
  if (rejected > problems.length) lines.push(`  and ${rejected - problems.length} more`)
  return [countsInWords(result), ...lines].join('\n')
}
