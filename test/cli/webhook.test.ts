import { expect, test } from 'bun:test'
import { run } from '../../src/cli/run.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { takeCommands } from '../support/commands.ts'
import { createGate } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { startReceiver } from '../support/receiver.ts'
import { deliver } from '../support/webhooks.ts'
import { atOnce } from '../../src/work.ts'

/** Commands on the data directory of a gate that serves meanwhile. */
const beside = (config: { allowPrivateDestinations?: boolean } = {}) => {
  const directory = temporaryDirectory()
  const gate = createGate({ path: directory.database, ...config })
  const stopCommands = takeCommands(gate, directory.path)
  const whose = `--agency ${gate.agency.id} --environment production`
  const command = async (line: string) => {
    let out = ''
    let err = ''
    const env = {
      CALLGATE_DATA_DIR: directory.path,
      CALLGATE_SECRET: 'a secret for tests, of 32 or more',
    }
    const io = {
      env,
      isTerminal: false,
      out: (text: string) => (out += text),
      err: (text: string) => (err += text),
    }
    const [verb = '', ...rest] = line.split(' ')
    const code = await run(['webhook', verb, ...whose.split(' '), ...rest], io)
    return { code, out, err }
  }
  const json = async (line: string) =>
    JSON.parse((await command(`${line} --json`)).out) as { secret?: string; [name: string]: unknown }
  return {
    gate,
    command,
    json,
    [Symbol.dispose]: () => {
      stopCommands()
      directory[Symbol.dispose]()
    },
  }
}

test('set prints the secret the first time and never again, until it is rotated', async () => {
  using cli = beside()
  const first = await cli.json('set --url http://127.0.0.1:9/a')
  const firstSecret = first.secret
  expect(first).toMatchObject({ url: 'http://127.0.0.1:9/a', secret: expect.stringMatching(/^whsec_/) })
  expect(await cli.json('set --url http://127.0.0.1:9/b')).toMatchObject({ secret: null })
  const rotated = await cli.json('set --url http://127.0.0.1:9/b --rotate-secret')
  expect(rotated).toMatchObject({ secret: expect.stringMatching(/^whsec_/) })
  expect(rotated.secret).not.toBe(firstSecret)
})

test('a limit of deliveries that is blank is the usual one', async () => {
  using cli = beside()
  expect(await cli.command('deliveries --limit=')).toMatchObject({ code: 0 })
  for (const wrong of ['0', '1e2', '0x10', '2.0', '1001'])
    expect(await cli.command(`deliveries --limit=${wrong}`)).toMatchObject({ code: 1 })
})

test('an address that may not be called is refused with a sentence', async () => {
  using cli = beside({ allowPrivateDestinations: false })
  const { code, err } = await cli.command('set --url https://127.0.0.1/')
  expect(code).toBe(1)
  expect(err).toContain('loopback')
})

test('test says what the endpoint answered, and fails where it did', async () => {
  await using receiver = startReceiver(() => new Response('thanks'))
  using cli = beside()
  expect((await cli.command('test')).err).toContain('There is no webhook yet.')
  receiver.expect(((await cli.json('set --url ' + receiver.url)) as { secret: string }).secret)
  const { code, out } = await cli.command('test')
  expect([code, out]).toEqual([0, expect.stringMatching(/^Delivered: status 200 in \d+ ms\. thanks\n$/)])
  expect(receiver.received[0]).toMatchObject({ verified: true, body: { test: true } })
  receiver.answer(() => new Response('', { status: 500 }))
  const failed = await cli.command('test')
  expect([failed.code, failed.err]).toEqual([1, 'The endpoint responded with 500.\n'])
})

test('what was given up is listed, and the server sends it again when it is replayed', async () => {
  await using receiver = startReceiver(() => new Response('', { status: 410 }))
  using cli = beside()
  await cli.command(`set --url ${receiver.url}`)
  const { gate } = cli
  gate.services.deliverer.start()
  const { id } = undispatched(gate)
  await gate.services.lifecycle.record(id, { type: 'ended', at: gate.clock.now(), status: 'busy' })
  await deliver(gate)
  const listed: unknown = await cli.json('deliveries --state dead')
  expect(listed).toEqual([
    expect.objectContaining({ call_id: id, event: 'call_ended', attempts: 1, last_status: 410 }),
  ])
  receiver.answer(() => new Response())
  expect((await cli.command('enable')).code).toBe(0)
  expect(await cli.json('replay --dead')).toMatchObject({ replayed: 1 })
  // The command's clock is the machine's; the gate's stands where its test put it.
  gate.clock.step(Date.now() - gate.clock.now())
  await deliver(gate, 1000)
  expect(atOnce(gate.services.deliveries.counts(gate.production.id))).toEqual({
    pending: 0,
    delivered: 1,
    dead: 0,
  })
  expect((await cli.command('replay --delivery msg_none')).err).toContain('There is no such delivery.')
  expect((await cli.command('replay')).err).toContain('Choose one')
  gate.services.halt()
})

test('switched off and removed, each with its sentence', async () => {
  using cli = beside()
  await cli.command('set --url http://127.0.0.1:9/a')
  expect((await cli.command('disable --yes')).out).toBe('The production webhook is off.\n')
  expect(atOnce(cli.gate.services.webhooks.find(cli.gate.production.id))?.enabled).toBe(false)
  expect((await cli.command('remove --yes')).out).toBe('The production webhook is removed.\n')
  expect((await cli.command('enable')).code).toBe(1)
})
