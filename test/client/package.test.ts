import { afterAll, expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../package.json'
import { packClient } from '../../src/http/client-package/pack.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate } from '../support/gate.ts'
import { expectRefusal } from '../support/refusal.ts'

const gate = createGate({ concurrentCalls: 5 })
const { server } = gate.app.listen({ port: 0, hostname: '127.0.0.1' })
afterAll(() => gate.app.stop(true))
const origin = `http://127.0.0.1:${server?.port}`
const url = `${origin}/client/callgate-client-${version}.tgz`

/** Runs a program of Node's in a directory, and gives what it printed. */
const run = async (directory: string, env: Record<string, string>, ...command: string[]) => {
  const child = Bun.spawn(command, {
    cwd: directory,
    env: { PATH: process.env.PATH ?? '', HOME: directory, ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(child.stdout).text(), new Response(child.stderr).text()])
  return { code: await child.exited, out, err }
}

const program = `import { type Call, CallgateError, createClient } from 'callgate/client'

const client = createClient({ baseUrl: process.env.URL!, key: process.env.KEY! })
const { call_id } = await client.trigger({ phone_number: '+15551234507' })
const calls: Call[] = []
for await (const call of client.calls({ phoneNumber: '+15551234507' })) calls.push(call)
const refusal = await client.trigger({ phone_number: '5' }).catch((error: unknown) => error)
console.log(JSON.stringify([calls.map((call) => call.call_id === call_id), refusal instanceof CallgateError]))
// @ts-expect-error a number is required
client.trigger({}).catch(() => {})
declare const process: { env: Record<string, string | undefined> }
`

const tsconfig = {
  compilerOptions: { strict: true, target: 'es2022', module: 'nodenext', lib: ['es2024', 'dom'], types: [] },
}

test('npm installs the client from the server into an empty project, where strict TypeScript compiles it and Node runs it', async () => {
  using directory = temporaryDirectory()
  const here = (...command: string[]) => run(directory.path, { URL: origin, KEY: gate.key }, ...command)
  writeFileSync(join(directory.path, 'package.json'), '{ "private": true, "type": "module" }')
  const installed = await here('npm', 'install', '--no-audit', '--no-fund', url)
  expect(installed).toMatchObject({ code: 0, out: expect.stringContaining('added 1 package') })
  writeFileSync(join(directory.path, 'program.ts'), program)
  writeFileSync(join(directory.path, 'tsconfig.json'), JSON.stringify(tsconfig))
  const compiler = join(import.meta.dir, '../../node_modules/typescript/bin/tsc')
  expect(await here('node', compiler)).toEqual({ code: 0, out: '', err: '' })
  expect(await here('node', 'program.js')).toEqual({ code: 0, out: '[[true],true]\n', err: '' })
}, 60_000)

test('every build of a version is the same, as a lock file demands', async () => {
  const served = Buffer.from(await (await fetch(url)).arrayBuffer())
  expect(await packClient()).toBe(served.toString('base64'))
})

test('another version is not there, and the one that is is named', async () => {
  const { sentence } = await expectRefusal(
    await gate.request('/client/callgate-client-0.0.0.tgz'),
    404,
    'not_found',
  )
  expect(sentence).toContain(`/client/callgate-client-${version}.tgz`)
})

test.each(['document', 'importScripts'])(
  'in a browser, which %s tells, it refuses with a sentence',
  async (name) => {
    const { createClient } = await import('../../src/client/index.ts')
    Object.assign(globalThis, { [name]: {} })
    try {
      expect(() => createClient({ baseUrl: origin, key: gate.key })).toThrow(/must never be in a browser/)
    } finally {
      delete (globalThis as Record<string, unknown>)[name]
    }
  },
)
