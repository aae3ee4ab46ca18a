// better-auth's API-key plugin on SQLite: looks the key up by its hash and keeps the window in its row.
// Arguments: port, a file with one key a line, requests a minute, the answer. The database is made in the working directory.
import { Database } from 'bun:sqlite'
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { apiKey } from '@better-auth/api-key'
import { betterAuth } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'

const [port, keysFile, limit, answer] = process.argv.slice(2)
const keys = readFileSync(keysFile, 'utf8').trim().split('\n')
const body = JSON.parse(answer)

const database = new Database('better-auth.db')
database.run('PRAGMA journal_mode = WAL')
// Its two commits a request are counts, which a power cut may take.
database.run('PRAGMA synchronous = NORMAL')
const auth = betterAuth({
  database,
  baseURL: `http://127.0.0.1:${port}`,
  secret: 'a secret of a benchmark, and of nothing else',
  telemetry: { enabled: false },
  logger: { disabled: true },
  plugins: [apiKey({ rateLimit: { enabled: true, timeWindow: 60_000, maxRequests: Number(limit) } })],
})
await (await getMigrations(auth.options)).runMigrations()

const now = new Date().toISOString()
const insert = database.prepare(
  `insert into apikey (id, configId, referenceId, key, enabled, rateLimitEnabled, rateLimitTimeWindow, rateLimitMax,
    requestCount, createdAt, updatedAt) values (?, 'default', ?, ?, 1, 1, 60000, ?, 0, ?, ?)`,
)
const hashOf = (key) => createHash('sha256').update(key).digest('base64url')
database.transaction(() => {
  for (const [at, key] of keys.entries())
    insert.run(`key-${at}`, `tenant-${at}`, hashOf(key), Number(limit), now, now)
})()

const refuse = (status, code) => Response.json({ success: false, code }, { status })
Bun.serve({
  port: Number(port),
  hostname: '127.0.0.1',
  fetch: async (request) => {
    const key = request.headers.get('authorization')?.slice('Bearer '.length)
    if (!key) return refuse(401, 'missing_key')
    const { valid, error } = await auth.api.verifyApiKey({ body: { key } })
    if (valid) return Response.json(body)
    return error?.code === 'RATE_LIMITED' ? refuse(429, 'rate_limited') : refuse(401, 'invalid_key')
  },
})
