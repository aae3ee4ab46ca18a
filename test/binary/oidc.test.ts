import { expect, test } from 'bun:test'
import { startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { startFakeOidc } from '../support/fakes/oidc.ts'
import { setUpOperator } from '../support/operator.ts'
import { operator } from '../support/page.ts'

test('the executable signs somebody in with an OpenID Connect provider', async () => {
  using directory = temporaryDirectory()
  await using provider = await startFakeOidc()
  await using server = await startBinary(directory.path, {
    CALLGATE_PUBLIC_URL: 'http://127.0.0.1',
    CALLGATE_OIDC_ISSUER: provider.url,
    CALLGATE_OIDC_CLIENT_ID: provider.client.id,
    CALLGATE_OIDC_CLIENT_SECRET: provider.client.secret,
    CALLGATE_ALLOW_PRIVATE_DESTINATIONS: '127.0.0.0/8',
  })
  await setUpOperator(server)
  provider.ways.person = { email: operator.email, email_verified: true }
  const left = await fetch(`${server.url}/admin/sign-in/oidc`, { redirect: 'manual' })
  const back = provider.authorize(left.headers.get('location') ?? '')
  const pending = left.headers.get('set-cookie')?.split(';')[0] ?? ''
  const returned = await fetch(`${server.url}${back.pathname}${back.search}`, {
    headers: { cookie: pending },
  })
  expect(returned.status).toBe(200)
  const session = returned.headers.getSetCookie().find((cookie) => cookie.startsWith('callgate='))
  const headers = { cookie: session?.split(';')[0] ?? '' }
  const account = await fetch(`${server.url}/admin/account`, { headers, redirect: 'manual' })
  expect([account.status, await account.text()]).toEqual([200, expect.stringContaining(operator.email)])
}, 30_000)
