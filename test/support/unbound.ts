import type { Database as Sqlite } from 'bun:sqlite'
import { createCipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** Seals as the first version did: bound to its owner, and to nothing that it is for. */
export const sealUnbound = (secret: string, plain: string, label: string) => {
  const key = new Uint8Array(hkdfSync('sha256', secret, '', 'callgate vault', 32))
  const nonce = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(label))
  const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
  return `v1.${sealed.toString('base64url')}`
}

/** Makes a database as if an earlier version had filled it: no check of its secret, and no chain. */
export const asBefore = (sqlite: Sqlite) => {
  withoutAuditTriggers(sqlite, () => sqlite.run('update audit set number = null, mac = null'))
  sqlite.run('delete from audit_chain')
  sqlite.run('delete from secret_check')
}

/** Does what the triggers forbid, as somebody would who can write to the file. */
export const withoutAuditTriggers = (sqlite: Sqlite, work: () => void) => {
  const triggers = sqlite
    .query<{ name: string; sql: string }, []>("select name, sql from sqlite_schema where type = 'trigger'")
    .all()
  for (const { name } of triggers) sqlite.run(`drop trigger ${name}`)
  work()
  for (const { sql } of triggers) sqlite.run(sql)
}
