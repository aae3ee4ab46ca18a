import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { exampleOf } from '../../src/operation/example.ts'
import { operations } from '../../src/operations.ts'
import { askAt, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { docsDirectory } from '../support/docs.ts'
import { startFakeHttp } from '../support/fakes/http.ts'
import { createGate } from '../support/gate.ts'
import { textOf } from '../support/page.ts'
import { startReceiver } from '../support/receiver.ts'

test('the page has every operation, with the command that does the same', async () => {
  const text = await textOf(await createGate().request('/docs/admin-api'))
  for (const operation of operations) {
    expect(text).toContain(operation.name)
    expect(text).toContain(operation.summary)
    expect(text).toContain(exampleOf(operation).replaceAll(/\s+/g, ' '))
  }
})

test('a machine is set up from nothing by the admin API alone, to its first call', async () => {
  using directory = temporaryDirectory()
  await using dialler = await startFakeHttp()
  await using receiver = startReceiver(() => new Response('thanks'))
  await using server = await startBinary(directory.path, { CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true' })
  const { token = '' } = await server.command('token', 'create', '--name', 'set-up', '--permission', '*')
  const script = Bun.spawn([join(docsDirectory, 'examples/set-up.sh')], {
    env: {
      PATH: process.env['PATH'] ?? '',
      CALLGATE_URL: server.url,
      CALLGATE_ADMIN_TOKEN: token,
      DIALLER_URL: dialler.baseUrl,
      DIALLER_SECRET: dialler.credentials['hook_secret'] ?? '',
      WEBHOOK_URL: receiver.url,
    },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([
    new Response(script.stdout).text(),
    new Response(script.stderr).text(),
  ])
  expect({ code: await script.exited, err: err.includes('"success":false') }).toEqual({ code: 0, err: false })
  const { call_id, status } = JSON.parse(out) as { call_id: string; status: string }
  expect(status).toBe('initiated')
  const [key = ''] = /bvai_sk_\w{38}/.exec(err) ?? []
  expect(key).toBe('')
  const calls = (await server.command('call', 'list', '--agency', 'Acme')) as unknown as { call_id: string }[]
  expect(calls).toMatchObject([{ call_id }])
  expect((await askAt(server.url, token)).status).toBe(401)
})
