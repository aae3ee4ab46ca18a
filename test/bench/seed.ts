import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { eq, sql } from 'drizzle-orm'
import { mintToken, tokenHash, tokenLast4 } from '../../src/keys/token.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { agencies, agents, environments, keys } from '../../src/storage/schema.ts'
import { createStores } from '../../src/storage/stores.ts'
import { atOnce } from '../../src/work.ts'

export interface Seeded {
  /** A data directory to be copied, never served from. */
  dataDir: string
  tokens: string[]
  agencyId: string
}

/** Makes a data directory with so many agencies, each with a live production key and a default agent, in one transaction. */
export const seed = (directory: string, count: number): Seeded => {
  const dataDir = join(directory, `agencies-${count}`)
  mkdirSync(dataDir, { recursive: true })
  const dir = new DataDir({ dataDir, secret: null })
  dir.secret()
  const database = dir.openDatabase()
  const insert = inserts(database.orm)
  const now = Date.now()
  let agencyId = ''
  const tokens = atOnce(
    database.transaction(function* () {
      return Array.from({ length: count }, (_, at) => {
        const [id, production, staging] = [Bun.randomUUIDv7(), Bun.randomUUIDv7(), Bun.randomUUIDv7()]
        const [agentId, token] = [crypto.randomUUID(), mintToken()]
        agencyId ||= id
        insert.agency.run({ id, name: `Agency ${at}`, now })
        insert.agent.run({ id: agentId, agencyId: id, now })
        const of = { agencyId: id, agentId }
        insert.environment.run({ ...of, id: production, name: 'production', revision: 2 * at + 1 })
        insert.environment.run({ ...of, id: staging, name: 'staging', revision: 2 * at + 2 })
        const secret = { hash: tokenHash(token), last4: tokenLast4(token) }
        insert.key.run({ id: Bun.randomUUIDv7(), environmentId: production, ...secret, now })
        return token
      })
    }),
  )
  database.sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
  database.close()
  return { dataDir, tokens, agencyId }
}

/** Signs an operator in at a data directory that nothing serves yet, and gives the cookie. */
export const signIn = (path: string) => {
  const dir = new DataDir({ dataDir: path, secret: null })
  const database = dir.openDatabase()
  const { people } = createStores(database, dir.secret())
  const now = Date.now()
  atOnce(people.setSetupToken('bench', now + 60_000))
  const person = atOnce(
    people.setUp('bench', { email: 'ops@example.com', passwordHash: 'matches nothing' }, now),
  )
  atOnce(
    people.openSession({
      hash: tokenHash('session'),
      personId: person?.id ?? '',
      createdAt: now,
      seenAt: now,
      confirmedAt: now,
      secondFactorAt: null,
      address: null,
      userAgent: null,
    }),
  )
  database.close()
  return 'callgate=session'
}

/** Gives every production environment of a data directory that nothing serves yet an endpoint. */
export const listen = (path: string, url: string) => {
  const dir = new DataDir({ dataDir: path, secret: null })
  const database = dir.openDatabase()
  const { webhooks } = createStores(database, dir.secret())
  const secret = `whsec_${Buffer.alloc(24, 'bench').toString('base64')}`
  const production = database.orm.select().from(environments).where(eq(environments.name, 'production')).all()
  atOnce(
    database.transaction(function* () {
      for (const { id } of production) yield* webhooks.save(id, url, secret, Date.now())
    }),
  )
  database.close()
}

/** Writes what load.lua reads: each request's headers on a line. */
export const writeHeaders = (file: string, requests: Record<string, string>[]) => {
  const lines = requests.map((headers) =>
    Object.entries(headers)
      .map(([name, value]) => `${name}: ${value}`)
      .join('\t'),
  )
  writeFileSync(file, `${lines.join('\n')}\n`)
  return file
}

const inserts = (orm: ReturnType<DataDir['openDatabase']>['orm']) => {
  const given = (name: string) => sql.placeholder(name)
  return {
    agency: orm
      .insert(agencies)
      .values({ id: given('id'), name: given('name'), plan: 'agency', createdAt: given('now') })
      .prepare(),
    agent: orm
      .insert(agents)
      .values({
        id: given('id'),
        agencyId: given('agencyId'),
        name: 'Ann',
        provider: 'simulator',
        createdAt: given('now'),
      })
      .prepare(),
    environment: orm
      .insert(environments)
      .values({
        id: given('id'),
        agencyId: given('agencyId'),
        name: given('name'),
        defaultAgentId: given('agentId'),
        dialsReal: false,
        revision: given('revision'),
      })
      .prepare(),
    key: orm
      .insert(keys)
      .values({
        id: given('id'),
        environmentId: given('environmentId'),
        hash: given('hash'),
        last4: given('last4'),
        createdAt: given('now'),
      })
      .prepare(),
  }
}
