import { expect, test } from 'bun:test'
import { mintToken } from '../../src/keys/token.ts'
import { createLog } from '../../src/telemetry/log.ts'
import { createGate } from '../support/gate.ts'
import { allowSetup, cookieOf, operator, postForm } from '../support/page.ts'

const times = (make: (index: number) => string) => Array.from({ length: 20 }, (_, index) => make(index))
const random = () => crypto.randomUUID().replaceAll('-', '')

/** A hundred things that must not be told. */
const secrets = {
  keys: times(() => mintToken()),
  passwords: times(() => `password-${random()}`),
  cookies: times(() => `cookie-${random()}`),
  phones: times((index) => `+1555${String(1_234_500 + index * 7919).padStart(7, '0')}`),
  credentials: times(() => `whsec_${btoa(random())}`),
}

const gateTelling = (lines: string[]) => {
  const log = createLog({ logFormat: 'json', logLevel: 'debug' }, (text) => lines.push(text))
  return createGate({ log, requestsPerMinute: 100_000 })
}

const toldOf = (lines: string[], ...hidden: string[]) => {
  const text = lines.join('')
  return hidden.filter((secret) => text.includes(secret) || text.includes(encodeURIComponent(secret)))
}

test('no line tells a key, password, cookie, credential or phone number, whatever a request carries it in', async () => {
  const lines: string[] = []
  const gate = gateTelling(lines)
  const all = Object.values(secrets)
  const session = (await signIn(gate)).cookie
  let asked = 0
  for (const { method, path } of gate.app.routes)
    for (let index = 0; index < 20; index++) {
      const [key = '', password = '', cookie = '', phone = '', credential = ''] = all.map(
        (list) => list[index],
      )
      const { email } = operator
      const given = { phone_number: phone, email, password, api_key: credential, secret: credential, cookie }
      // A form with a key in it is refused before anything else is read of it.
      const fields = index % 2 ? { ...given, key } : given
      const params =
        index % 4 === 0 ? gate.agency.id : encodeURIComponent([key, phone, credential][index % 3] ?? '')
      const target =
        path.replaceAll(/:\w+/g, params) +
        (['', `?q=${key}&p=${password}`, '', `?p=${password}`][index % 4] ?? '')
      const asForm = index % 3 === 0
      const headers = {
        authorization: index % 2 ? `Bearer ${key}` : `Bearer ${gate.key}`,
        cookie: index % 5 ? `callgate=${cookie}; x=${password}` : session,
        'content-type': asForm ? 'application/x-www-form-urlencoded' : 'application/json',
        'sec-fetch-site': 'same-origin',
        'idempotency-key': credential,
        'user-agent': `${key} ${phone}`,
        referer: `http://localhost/?k=${key}`,
        'x-forwarded-for': phone,
        'x-vapi-secret': credential,
        'x-request-id': cookie,
      }
      const body = asForm ? new URLSearchParams(fields).toString() : JSON.stringify(fields)
      const withBody = method === 'GET' || method === 'HEAD' ? {} : { body }
      await gate.app.handle(new Request(`http://localhost${target}`, { method, headers, ...withBody }))
      asked++
    }
  expect(lines.filter((line) => line.includes('"event":"request"')).length).toBeGreaterThanOrEqual(asked)
  expect(toldOf(lines, ...all.flat(), gate.key, session.split('=')[1] ?? '')).toEqual([])
}, 60_000)

test('no line tells what was rightly given: passwords, credentials, and whom to call', async () => {
  const lines: string[] = []
  const gate = gateTelling(lines)
  const { cookie, link } = await signIn(gate)
  const [credential = '', hookSecret = ''] = secrets.credentials
  const save = (path: string, fields: Record<string, string>) =>
    postForm(gate, path, fields, { cookie, 'sec-fetch-site': 'same-origin' })
  await save(`/admin/agencies/${gate.agency.id}/providers/vapi`, {
    api_key: credential,
    hook_secret: hookSecret,
    base_url: 'http://127.0.0.1:1',
  })
  for (const phone_number of secrets.phones) {
    await gate.postJson('/api/v1/calls/trigger', {
      phone_number,
      metadata: { password: secrets.passwords[0] },
    })
    await gate.clock.advance(5000)
  }
  expect(
    lines.filter((line) => line.includes('/api/v1/calls/trigger') && line.includes('"status":200')),
  ).not.toBeEmpty()
  const told = toldOf(
    lines,
    ...Object.values(secrets).flat(),
    operator.password,
    cookie.split('=')[1] ?? '',
    link,
    gate.key,
  )
  expect(told).toEqual([])
})

const signIn = async (gate: ReturnType<typeof createGate>) => {
  const link = allowSetup(gate, random())
  const response = await postForm(gate, '/admin/setup', { token: link, ...operator })
  return { cookie: cookieOf(response), link }
}
