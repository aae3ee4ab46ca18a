// The same admission in Fastify: the key's tenant from a Map, then @fastify/rate-limit with a window a tenant.
// Arguments: port, a file with one key a line, requests a minute, the answer.
import { readFileSync } from 'node:fs'
import Fastify from 'fastify'
import rateLimit from '@fastify/rate-limit'

const [port, keysFile, limit, answer] = process.argv.slice(2)
const keys = readFileSync(keysFile, 'utf8').trim().split('\n')
const tenants = new Map(keys.map((key, at) => [`Bearer ${key}`, `tenant-${at}`]))
const body = JSON.parse(answer)

const app = Fastify({ logger: false })
app.decorateRequest('tenant', '')
app.addHook('onRequest', async (request, reply) => {
  const tenant = tenants.get(request.headers.authorization)
  if (tenant === undefined)
    return reply.code(401).send({ success: false, error: 'Invalid API key', code: 'invalid_key' })
  request.tenant = tenant
})
await app.register(rateLimit, {
  max: Number(limit),
  timeWindow: 60_000,
  cache: 200_000,
  hook: 'preParsing',
  keyGenerator: (request) => request.tenant,
})
app.get('/api/v1/key', async () => body)
await app.listen({ port: Number(port), host: '127.0.0.1' })
