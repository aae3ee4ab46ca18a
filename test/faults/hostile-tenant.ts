import { join } from 'node:path'
import { mintToken } from '../../src/keys/token.ts'
import { createAttacks } from '../support/attacks.ts'
import { askAt, connectProvider, provision, startBinary, triggerAt } from '../support/binary.ts'
import { startCanary } from '../support/canary.ts'
import { createFastClock } from '../support/clock.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { hostileUrls } from '../support/hostile-urls.ts'

/**
 * What an agency can do that means harm: it has an API key, an admin token with every permission for itself, and its own
 * dialler with its secret. Usage: bun test/faults/hostile-tenant.ts [tests] [speed of
 * the server's clock]. Prints a line for each attack; exits with 1 when one succeeded.
 */
const [tests = 300, speed = 1] = Bun.argv.slice(2).map(Number)
const origin = Date.now()
const clock = createFastClock(origin, speed)
const { attack, end } = createAttacks()

using directory = temporaryDirectory()
await using fake = await startFakeHttp()
fake.runBy(clock)
const released = Promise.withResolvers<void>()
const tarpit = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  fetch: async () => {
    await released.promise
    return new Response()
  },
})
const publicUrl = 'https://calls.example.com'
const root = join(import.meta.dir, '../..')
const fast = ['bun', '--tsconfig-override', `${root}/tsconfig.json`, `${root}/test/faults/fast.ts`]
await using server = await startBinary(
  directory.path,
  {
    CALLGATE_PUBLIC_URL: publicUrl,
    CALLGATE_REQUESTS_PER_MINUTE: '100000',
    CALLGATE_LOG_LEVEL: 'error',
    // These two, and nothing else on this machine.
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: `${new URL(fake.baseUrl).host},${tarpit.url.host}`,
  },
  speed === 1 ? undefined : [...fast, String(origin), String(speed)],
)
const { command, url } = server
const { agency, newKey } = await provision(command)
let key = await newKey()
const { agentId, hookUrl } = await connectProvider(command, agency, fake)
const hook = hookUrl.replace(publicUrl, url)
const given = ['--agency', agency, '--name', 'hostile', '--permission', '*']
const { token = '' } = await command('token', 'create', ...given)
const { id: victim = '' } = await command('agency', 'create', '--name', 'Victim', '--plan', 'agency')
const { id: victimsAgent = '' } = await command('agent', 'create', '--agency', victim, '--name', 'Bea')
const whose = ['--agency', victim, '--environment', 'production']
await command('agent', 'default', ...whose, '--agent', victimsAgent)
const { key: victimsKey = '' } = await command('key', 'generate', ...whose)
const { call_id: victimsCall } = (await (await triggerAt(url, victimsKey, '07')).json()) as {
  call_id: string
}

const json = { 'content-type': 'application/json' }
const answerOf = async (answer: Response) => {
  const body = (await answer.json().catch(() => ({}))) as Record<string, unknown>
  return { status: answer.status, code: String(body['code'] ?? ''), body }
}
const perform = async (operation: string, input: object) =>
  answerOf(
    await fetch(`${url}/api/admin/v1/${operation}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, ...json },
      body: JSON.stringify(input),
    }),
  )
const trigger = async (with_ = key) =>
  answerOf(
    await fetch(`${url}/api/v1/calls/trigger`, {
      method: 'POST',
      headers: { authorization: `Bearer ${with_}`, ...json },
      body: JSON.stringify({ phone_number: '+15551234500', agent_id: agentId }),
    }),
  )
const production = { agency, environment: 'production' }
/** How often each status and code was the answer. */
const counted = (answers: { status: number; code: string }[]) => {
  const counts = new Map<string, number>()
  for (const { status, code } of answers) {
    const name = `${status} ${code}`.trim()
    counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  return [...counts].map(([name, count]) => `${count} x ${name}`).join(', ')
}
const slots = async () => {
  const { body } = await answerOf(await askAt(url, key))
  const { limits } = body['data'] as { limits: { concurrent_calls: { active: number } } }
  return limits.concurrent_calls.active
}
const report = async (callId: string, state: 'completed') => {
  const [told] = fake.reports(callId, state, clock.now())
  return await fetch(hook, { method: 'POST', headers: told?.headers ?? {}, body: told?.body ?? '' })
}

await attack('free ten slots by reports of ends that are none, signed with its own secret', async () => {
  const calls = await Promise.all(Array.from({ length: 10 }, () => trigger()))
  const ids = calls.map(({ body }) => String(body['call_id']))
  const placed = () => ids.filter((id) => fake.createsOf(id) === 1).length
  for (let waited = 0; placed() < 10 && waited < 5000; waited += 20) await Bun.sleep(20)
  for (const id of ids) fake.move(id, 'answered')
  await Promise.all(ids.map((id) => report(id, 'completed')))
  const freedAt = performance.now()
  const freed = await slots()
  for (let active = 0; active < 10 && performance.now() - freedAt < 30_000; active = await slots())
    await Bun.sleep(100)
  const [seconds, eleventh] = [((performance.now() - freedAt) / 1000) * speed, await trigger()]
  const release = await perform('call.release', { agency, call: ids[0] })
  for (const id of ids) fake.move(id, 'completed')
  for (let active = 10; active > 0 && performance.now() - freedAt < 90_000; active = await slots())
    await Bun.sleep(200)
  return {
    held: freed === 0 && eleventh.code === 'concurrency_limited' && release.code === 'operator_only',
    what: `${10 - freed} slots were free, and taken again after ${seconds.toFixed(1)} s; the eleventh call: ${eleventh.code}; releasing one by hand: ${release.code}; ${await slots()} are taken after the calls have ended`,
  }
})

await attack('enable access that an operator disabled', async () => {
  await command('key', 'disable', '--agency', agency, '--environment', 'production', '--yes')
  const enabling = await perform('key.enable', production)
  const rotated = await perform('key.rotate', production)
  key = String((rotated.body['data'] as { key?: string }).key)
  const answers = [enabling, await perform('key.enable', production), await trigger()]
  await command('key', 'enable', '--agency', agency, '--environment', 'production')
  return {
    held: counted(answers) === '2 x 403 access_locked, 1 x 403 access_disabled',
    what: `${counted(answers)}, with a rotation in between`,
  }
})

await attack('go on with a key that leaked', async () => {
  await fetch(`${url}/leaks`, { method: 'POST', headers: json, body: JSON.stringify({ key }) })
  const answers = [await perform('key.enable', production), await trigger()]
  const rotated = await perform('key.rotate', production)
  key = String((rotated.body['data'] as { key?: string }).key)
  const after = [await perform('key.enable', production), await answerOf(await askAt(url, key))]
  return {
    held:
      counted(answers) === '1 x 403 access_locked, 1 x 403 access_disabled' && counted(after) === '2 x 200',
    what: `${counted(answers)}; after a rotation ${counted(after)}`,
  }
})

await attack('look at, change or end what is another agency’s', async () => {
  const theirs = { agency: victim, environment: 'production' }
  const byToken = await Promise.all([
    perform('key.rotate', theirs),
    perform('key.show', theirs),
    perform('webhook.set', { ...theirs, url: 'https://example.com' }),
    perform('call.list', { agency: victim }),
    perform('call.end', { agency: victim, call: victimsCall }),
    perform('agency.show', { agency: victim }),
  ])
  const byKey = await Promise.all([
    answerOf(await askAt(url, key, `/api/v1/calls/${victimsCall}`)),
    answerOf(await askAt(url, key, `/api/v1/calls/${victimsCall}/end`, 'POST')),
  ])
  await report(victimsCall, 'completed')
  const { body } = await answerOf(await askAt(url, victimsKey, `/api/v1/calls/${victimsCall}`))
  const { status } = body['data'] as { status: string }
  return {
    held:
      [...byToken, ...byKey].every(({ status: code }) => code === 403 || code === 404) &&
      ['initiated', 'ringing', 'in_progress'].includes(status),
    what: `${counted([...byToken, ...byKey])}; the call is ${status}`,
  }
})

await attack('do what is the operator’s', async () => {
  const staging = { agency, environment: 'staging' }
  const deeds: Record<string, object> = {
    'agency.create': { name: 'Mine', plan: 'agency' },
    'agency.delete': { agency },
    'agency.plan': { agency, plan: 'agency' },
    'agency.resume': { agency },
    'call.forget': { phone: '+15551234500' },
    'environment.dial': { ...staging, real: true },
    'environment.limits': { ...staging, concurrent_calls: 1000 },
    'person.list': {},
    'person.remove': { person: 'ops@example.com' },
    'person.reset': { person: 'ops@example.com' },
    'server.warnings': {},
    'token.create': { name: 'mine', permission: ['*'] },
    'token.list': {},
  }
  const answers = await Promise.all(Object.entries(deeds).map(([name, input]) => perform(name, input)))
  return { held: answers.every(({ code }) => code === 'operator_only'), what: counted(answers) }
})

await attack(
  'reach this machine, its networks or a metadata service by a webhook or a provider',
  async () => {
    using canary = await startCanary()
    const urls = Object.values(hostileUrls).flat()
    const filled = urls.map((each) => each.replaceAll('PORT', String(canary.port)))
    const answers = await Promise.all([
      ...filled.map((each) => perform('webhook.set', { ...production, url: each })),
      ...filled.map((each) => perform('provider.set', { agency, provider: 'http', base_url: each })),
    ])
    const audit = (await command('audit', 'list', '--limit', '500')) as unknown as { action: string }[]
    const noted = audit.filter(({ action }) => action === 'destination.refused').length
    const saved = answers.filter(({ status }) => status === 200).length
    return {
      held: canary.connections() === 0 && noted > 0,
      what: `of ${answers.length} URLs ${saved} were saved (names, which are looked up when they are called), ${canary.connections()} connections to a canary, ${noted} audit entries`,
    }
  },
)

await attack('hold up everybody’s calls by tests of an endpoint that never answers', async () => {
  await perform('webhook.set', { ...production, url: tarpit.url.href })
  const testing = Array.from({ length: Math.min(tests, 200) }, () => perform('webhook.test', production))
  await Bun.sleep(300)
  const before = performance.now()
  const { body } = await trigger()
  const id = String(body['call_id'])
  for (let waited = 0; fake.createsOf(id) === 0 && waited < 12_000; waited += 5) await Bun.sleep(5)
  const tookMs = performance.now() - before
  released.resolve()
  const answers = await Promise.all(testing)
  fake.move(id, 'completed')
  return {
    held: fake.createsOf(id) === 1 && tookMs < 2000,
    what: `${counted(answers)}; a call beside them was at its provider after ${Math.round(tookMs)} ms`,
  }
})

await attack('guess the secret of another account’s hook', async () => {
  const guesses: { status: number; code: string }[] = []
  for (let guess = 0; guess < 80; guess++)
    guesses.push(
      await answerOf(
        await fetch(hook, { method: 'POST', headers: { 'webhook-signature': `v1,${guess}` }, body: '{}' }),
      ),
    )
  const short = await perform('provider.set', {
    agency,
    provider: 'vapi',
    credential: { api_key: crypto.randomUUID(), hook_secret: 'sesame' },
    unchecked: true,
  })
  return {
    held:
      counted(guesses) === '60 x 401 invalid_signature, 20 x 429 too_many_invalid_signatures' &&
      short.code === 'invalid_input',
    what: `${counted(guesses)}; a secret of six letters: ${short.code}`,
  }
})

await attack('guess keys behind forged addresses', async () => {
  const guesses = await Promise.all(
    Array.from({ length: 100 }, async (_, at) =>
      answerOf(
        await fetch(`${url}/api/v1/key`, {
          headers: { authorization: `Bearer ${mintToken()}`, 'x-forwarded-for': `192.0.2.${at}` },
        }),
      ),
    ),
  )
  const limited = guesses.filter(({ code }) => code === 'too_many_invalid_keys').length
  const own = await answerOf(await askAt(url, key))
  return {
    held: limited >= 40 && own.status === 200,
    what: `${counted(guesses)}; the right key from there: ${own.status}`,
  }
})

await attack('hide formulas and control characters in names', async () => {
  const names = ['Ann\u202Etxt.exe', 'Ann\u0007', 'Ann\u001b[2J']
  const answers = await Promise.all(
    names.map((name) => perform('agent.create', { agency, name, provider: 'simulator' })),
  )
  return { held: answers.every(({ status }) => status === 400), what: counted(answers) }
})

await attack('put a key into a URL, send a URL of 60 KB, and ask for another host', async () => {
  const inUrl = await answerOf(await askAt(url, key, `/api/v1/key?api_key=${key}`))
  const inPath = await answerOf(await fetch(`${url}/nowhere/${key}`))
  const long = await answerOf(await askAt(url, key, `/api/v1/calls?x=${'x'.repeat(60_000)}`))
  const rebound = await answerOf(await fetch(`${url}/api/v1/key`, { headers: { host: 'evil.example' } }))
  const crossed = await fetch(`${url}/admin/sign-in`, {
    method: 'POST',
    headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    body: new URLSearchParams({ email: 'ops@example.com', password: 'x' }),
  })
  const answers = [inUrl, inPath, long, rebound, { status: crossed.status, code: 'a form of another site' }]
  return {
    held:
      inUrl.code === 'key_in_url' &&
      inPath.code === 'key_in_url' &&
      (long.status === 414 || long.status === 431) &&
      rebound.status === 421 &&
      crossed.status === 403,
    what: counted(answers),
  }
})

end()
void tarpit.stop(true)
await server.stop()
process.exit()
