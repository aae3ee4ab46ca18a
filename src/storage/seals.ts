import type { Database as Sqlite } from 'bun:sqlite'
import { accountBinding } from './accounts.ts'
import { factorBinding } from './factors.ts'
import { sealedKeyBinding } from './number-hashes.ts'
import { signedUrlBinding } from './signed-urls.ts'
import type { Binding, Vault } from './vault.ts'
import { webhookBinding } from './webhooks.ts'

/** A place of the database where sealed texts are. */
interface Place {
  table: string
  column: string
  /** The columns of the binding, as SQL. */
  bound: string
  bindingOf(row: Bound): Binding
  /** The label under which the first version sealed. */
  labelOf(row: Bound): string
  /** The owner's name for people, as SQL. */
  name: string
}

type Bound = Record<string, string> & { baseUrl: string | null }

const accounts = {
  table: 'provider_accounts',
  bound: 'id, agency_id as agencyId, provider, base_url as baseUrl',
  bindingOf: ({ id = '', agencyId = '', provider = '', baseUrl }: Bound) =>
    accountBinding({ id, agencyId, provider, baseUrl }),
  labelOf: ({ id }: Bound) => `provider account ${id}`,
  name: "provider || ' account of ' || (select name from agencies where id = agency_id)",
}

const webhooks = {
  table: 'webhooks',
  bound: 'environment_id as environmentId, url',
  bindingOf: ({ environmentId = '', url = '' }: Bound) => webhookBinding({ environmentId, url }),
  labelOf: ({ environmentId }: Bound) => `webhook ${environmentId}`,
  name: "(select environments.name || ' webhook of ' || agencies.name from environments join agencies on agencies.id = agency_id where environments.id = environment_id)",
}

const signedUrls = {
  table: 'signed_urls',
  bound: 'kind, owner_id as ownerId, url',
  bindingOf: ({ kind, ownerId = '', url = '' }: Bound) =>
    signedUrlBinding({ kind: kind as 'alert' | 'predial', ownerId, url }),
  labelOf: ({ kind, ownerId }: Bound) => `${kind} ${ownerId}`,
  name: "kind || ' URL of ' || owner_id",
}

const factors = {
  table: 'factors',
  bound: 'id, person_id as personId',
  bindingOf: ({ id = '', personId = '' }: Bound) => factorBinding({ id, personId }),
  labelOf: ({ id, personId }: Bound) => `second factor ${id} of person ${personId}`,
  name: "'authenticator app of ' || (select email from people where id = person_id)",
}

const keys = {
  table: 'sealed_keys',
  bound: 'name',
  bindingOf: ({ name = '' }: Bound) => sealedKeyBinding({ name }),
  labelOf: ({ name }: Bound) => `sealed key ${name}`,
  name: "'the do-not-call list'",
}

/** Everything that is sealed. A new column with sealed texts is a new line. */
const places: Place[] = [
  { ...accounts, column: 'sealed' },
  { ...webhooks, column: 'sealed' },
  { ...webhooks, column: 'previous_sealed' },
  { ...signedUrls, column: 'sealed' },
  { ...signedUrls, column: 'previous_sealed' },
  { ...factors, column: 'sealed' },
  { ...keys, column: 'sealed' },
]

export interface SealedText {
  sealed: string
  binding: Binding
  label: string
  /** The owner's name for people. */
  name: string
  replace(sealed: string): void
}

/** All sealed texts. A database of an earlier version lacks some of the places. */
export const sealedTexts = (sqlite: Sqlite): SealedText[] =>
  places.filter((place) => has(sqlite, place)).flatMap((place) => textsAt(sqlite, place))

/** True where this opens with its binding; or, before the upgrade, as the first version sealed. */
export const opens = (vault: Vault, { sealed, binding, label }: SealedText, isBound: boolean) => {
  try {
    return (isBound ? vault.open(sealed, binding) : vault.openUnbound(sealed, label)) !== undefined
  } catch {
    return false
  }
}

const textsAt = (sqlite: Sqlite, { table, column, bound, bindingOf, labelOf, name }: Place): SealedText[] => {
  const rows = sqlite.query<Bound, []>(
    `select rowid as place, ${column} as sealed, ${name} as owner, ${bound} from ${table} where ${column} is not null`,
  )
  const replace = (sealed: string, place: number) =>
    void sqlite.query(`update ${table} set ${column} = ? where rowid = ?`).run(sealed, place)
  return rows.all().map((row) => ({
    sealed: row.sealed ?? '',
    binding: bindingOf(row),
    label: labelOf(row),
    name: row.owner ?? table,
    replace: (sealed) => replace(sealed, Number(row.place)),
  }))
}

const has = (sqlite: Sqlite, { table, column }: Place) =>
  sqlite.query('select 1 from pragma_table_info(?) where name = ?').get(table, column) !== null
