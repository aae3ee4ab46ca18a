import { Database } from 'bun:sqlite'

type Row = Record<string, unknown>

/** Tables that only count requests, and those of SQLite and the migrations. The audit is read line by line. */
const aside = /^(?:sqlite_|__drizzle|audit$|audit_chain$|usage$|window_grants$|key_clients$|refusals$)/
/** Columns that every authenticated request may write. */
const restless = new Set(['seen_at', 'last_used_at'])

/** Everything that a data directory keeps, row by row, and the lines of its audit. */
export const readKept = (file: string) => {
  const sqlite = new Database(file, { readonly: true })
  try {
    const named = sqlite.query<{ name: string }, []>("select name from sqlite_schema where type = 'table'")
    const rows = named
      .all()
      .map(({ name }) => name)
      .filter((name) => !aside.test(name))
      .flatMap((name) =>
        sqlite
          .query<Row, []>(`select * from ${name}`)
          .all()
          .map((row) => ({ name, ...row })),
      )
      .map((row) => Object.fromEntries(Object.entries(row).filter(([column]) => !restless.has(column))))
    const audit = sqlite.query<Row, []>('select * from audit order by id').all()
    return { rows: new Set(rows.map((row) => JSON.stringify(row))), audit }
  } finally {
    sqlite.close()
  }
}

export type Kept = ReturnType<typeof readKept>

/** What became of a data directory: rows that are gone, rows that are new, and the audit's new lines. */
export const effectOf = (before: Kept, after: Kept, plain: (value: unknown) => unknown) => {
  const only = (these: Kept, those: Kept) =>
    [...these.rows.difference(those.rows)].map((row) => JSON.stringify(plain(JSON.parse(row)))).toSorted()
  const known = new Set(before.audit.map(({ id }) => id))
  const lines = after.audit
    .filter(({ id }) => !known.has(id))
    .map(({ action, agency_id, environment, target }) => plain({ action, agency_id, environment, target }))
  return { gone: only(before, after), new: only(after, before), lines }
}

export type Effect = ReturnType<typeof effectOf>
export const isNone = (effect: Effect) =>
  [effect.gone, effect.new, effect.lines].every((each) => each.length === 0)

/** Fields that name the actor, which differ by face; the command line has no id. */
const actorFields = /^(?:created_by(?:_id)?|acknowledged_by)$/
/** Fields with durations and times, which differ by face. */
const ownWords: Record<string, string> = {
  last_took_ms: '<ms>',
  last_used_at: '<time>',
}
/** Columns with ciphertext and hashes, which differ each time. */
const sealed = /^(?:sealed|secret|previous_sealed|password_hash)$/

/**
 * Takes out of a value what is made anew each time: ids, secrets, their last characters, and the time, which is named by how
 * long after `origin` it is. What was there before, as `known` has it, stays.
 */
export const createPlain = (known: string, origin: number) => {
  const unless = (word: string) => (text: string) => (known.includes(text) ? text : word)
  const near = (at: number, whole: string | number) => {
    const minutes = Math.round((at - origin) / 600_000) * 10
    return at < origin - 300_000 ? whole : `<${minutes} minutes on>`
  }
  const plainText = (text: string): string =>
    text
      .replaceAll(/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, unless('<id>'))
      .replaceAll(/\b(?:bvai_\w+_[0-9A-Za-z]{38}|whsec_[\w+/=]+)/g, unless('<secret>'))
      .replaceAll(/\b[0-9a-f]{64}\b/g, unless('<hash>'))
      .replaceAll(/#[\w-]{43}/g, '#<secret>')
      .replaceAll(/…[\w+/=]{4}/g, unless('…<last>'))
      .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, (time) => String(near(Date.parse(time), time)))
      .replaceAll(/\b1[0-9]{12}\b/g, (time) => String(near(Number(time), time)))

  const plain = (value: unknown, key = ''): unknown => {
    if (actorFields.test(key)) return '<actor>'
    if (value !== null && ownWords[key] !== undefined) return ownWords[key]
    if (typeof value === 'number') return value > 1e12 ? near(value, value) : value
    if (typeof value === 'string') {
      if (sealed.test(key)) return unless('<sealed>')(value)
      return /^(?:last4|hint)$/.test(key) ? unless('<last>')(value) : plainText(value)
    }
    if (Array.isArray(value)) return value.map((each) => plain(each, key))
    if (typeof value === 'object' && value !== null)
      return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, plain(each, name)]))
    return value
  }
  return (value: unknown) => plain(value)
}
