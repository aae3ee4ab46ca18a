// The same admission in Elysia: the key's tenant from a Map, then elysia-rate-limit with a window a tenant.
// Arguments: port, a file with one key a line, requests a minute, the answer.
import { readFileSync } from 'node:fs'
import { Elysia } from 'elysia'
import { DefaultContext, rateLimit } from 'elysia-rate-limit'

const [port, keysFile, limit, answer] = process.argv.slice(2)
const keys = readFileSync(keysFile, 'utf8').trim().split('\n')
const tenants = new Map(keys.map((key, at) => [`Bearer ${key}`, `tenant-${at}`]))
const body = JSON.parse(answer)

new Elysia()
  .onRequest(({ request, set }) => {
    if (tenants.has(request.headers.get('authorization') ?? '')) return
    set.status = 401
    return { success: false, error: 'Invalid API key', code: 'invalid_key' }
  })
  .use(
    rateLimit({
      max: Number(limit),
      duration: 60_000,
      context: new DefaultContext(200_000),
      generator: (request) => tenants.get(request.headers.get('authorization') ?? '') ?? '',
    }),
  )
  .get('/api/v1/key', () => body)
  .listen({ port: Number(port), hostname: '127.0.0.1' })
