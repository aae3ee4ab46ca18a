import { afterAll, beforeAll, expect, test } from 'bun:test'
import { dirname } from 'node:path'
import { executable, provision, startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { blocksOf } from '../support/docs.ts'
import { startPass } from '../support/pass.ts'

const directory = temporaryDirectory()
let server: Awaited<ReturnType<typeof startBinary>>
let pass: ReturnType<typeof startPass>
let variables: Record<string, string>

beforeAll(async () => {
  server = await startBinary(directory.path)
  pass = startPass(server.url)
  const { agency, agent, newKey } = await provision(server.command)
  variables = {
    PATH: `${dirname(executable)}:${process.env['PATH']}`,
    CALLGATE_DATA_DIR: directory.path,
    CALLGATE_URL: pass.url,
    CALLGATE_KEY: await newKey(),
    AGENCY: agency,
    AGENT: agent,
  }
})
afterAll(async () => {
  await pass[Symbol.asyncDispose]()
  await server.kill()
  directory[Symbol.dispose]()
})

/** Runs all commands of a page in one shell, as a reader does who pastes them one after the other. */
const follow = async (page: string) => {
  const blocks = await blocksOf(page, 'sh')
  expect(blocks).not.toBeEmpty()
  const shell = Bun.spawn(['bash', '-euo', 'pipefail', '-c', blocks.join('\n')], {
    cwd: directory.path,
    env: variables,
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const [out, err] = await Promise.all([new Response(shell.stdout).text(), new Response(shell.stderr).text()])
  expect({ page, code: await shell.exited, err }).toEqual({ page, code: 0, err: '' })
  expect(out).not.toContain('"success":false')
  return out
}

test('the quickstart’s commands lead to a call', async () => {
  const out = await follow('quickstart')
  expect(out).toMatch(/^bvai_sk_\w{38}$/m)
  expect(out).toContain('"plan":"agency"')
  expect(out).toContain('"status":"initiated"')
})

test('the commands about keys do what the page says', async () => {
  const out = await follow('authentication')
  expect(out.match(/^bvai_sk_\w{38}$/gm)).toHaveLength(2)
  expect(out).toContain('disabled')
})

test('the commands about signing in require a second factor of operators', async () => {
  expect(await follow('sign-in')).toMatch(/Every operator needs a second factor\.[^]*operators/)
})

test('the command about limits shows both headers', async () => {
  const out = await follow('limits')
  expect(out).toMatch(/^ratelimit: "permin";r=\d+;t=\d+, "inflight";r=\d+\r$/im)
  expect(out).toMatch(/^ratelimit-policy: "permin";q=100;w=60, "inflight";q=10;qu="concurrent-requests"\r$/im)
})

test('the commands about calls trigger one, look at it and hang up', async () => {
  expect(await follow('calls')).toContain('"reason_code":"ended_on_request"')
})

test('the commands about providers switch staging to real dialling and back', async () => {
  await follow('providers')
  const { AGENCY = '' } = variables
  const { dials } = await server.command(
    'environment',
    'show',
    '--agency',
    AGENCY,
    '--environment',
    'staging',
  )
  expect(dials).toBe('simulated')
})
