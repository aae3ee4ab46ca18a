import { expect, test } from 'bun:test'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { takeCommands } from '../support/commands.ts'
import { createGate } from '../support/gate.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { cookieOf, createOperator, operator, postForm } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

const password = 'a password of their own'

/** Commands on the data directory of a gate that serves meanwhile. */
const beside = () => {
  const directory = temporaryDirectory()
  const gate = createGate({
    path: directory.database,
    files: new DataDir({ dataDir: directory.path, secret: null }),
    publicUrl: 'https://calls.example.com',
  })
  const stopCommands = takeCommands(gate, directory.path)
  const command = async (line: string) => {
    let out = ''
    let err = ''
    const env = { CALLGATE_DATA_DIR: directory.path }
    const io = {
      env,
      isTerminal: false,
      out: (text: string) => (out += text),
      err: (text: string) => (err += text),
    }
    const code = await run(line.split(' '), io)
    return { code, out, err }
  }
  const json = async (line: string) =>
    JSON.parse((await command(`${line} --json`)).out) as Record<string, string>
  return {
    directory,
    gate,
    command,
    json,
    [Symbol.dispose]: () => {
      stopCommands()
      directory[Symbol.dispose]()
    },
  }
}

const tokenOf = (link = '') => new URL(link).hash.slice(1)

test('while nobody can sign in, a new setup link replaces the one before it; afterwards there is none', async () => {
  using place = beside()
  const { command, directory, gate, json } = place
  const [first, second] = [await json('person setup'), await json('person setup')]
  expect(second.link).toStartWith('https://calls.example.com/admin/setup/open#')
  expect(readFileSync(join(directory.path, 'setup-link'), 'utf8')).toBe(`${second.link}\n`)
  expect((await command('person setup')).out).toContain('within 30 minutes')
  const { link } = await json('person setup')
  const setUp = (token: string) => postForm(gate, '/admin/setup', { token, ...operator })
  expect((await setUp(tokenOf(first.link))).status).toBe(404)
  expect((await setUp(tokenOf(link))).status).toBe(303)
  const refused = await command('person setup')
  expect([refused.code, refused.err]).toEqual([1, expect.stringContaining('set up already')])
})

test('a link from the command line opens an account of that role', async () => {
  using place = beside()
  const { gate, json } = place
  const asOperator = await json('person invite --email op@example.com --role operator')
  expect(asOperator.link).toStartWith('https://calls.example.com/admin/invitation/open#')
  const asAdmin = await json(`person invite --email admin@example.com --agency ${gate.agency.id}`)
  for (const { link } of [asOperator, asAdmin])
    expect((await postForm(gate, '/admin/invitation', { token: tokenOf(link), password })).status).toBe(303)
  expect(JSON.parse((await place.command('person list --json')).out)).toMatchObject([
    { email: 'op@example.com', role: 'operator', agency: null },
    { email: 'admin@example.com', role: 'admin', agency: gate.agency.id, agency_name: 'Acme' },
  ])
  expect((await place.command('person list')).out).toContain('admin@example.com  admin     Acme')
})

test('who is locked out comes back in by a link from the command line, and everyone else is out', async () => {
  using place = beside()
  const { gate, json } = place
  const page = await createOperator(gate)
  const { link } = await json(`person reset --person ${operator.email.toUpperCase()}`)
  const set = await postForm(gate, '/admin/new-password', { token: tokenOf(link), password })
  expect(set.status).toBe(303)
  const account = (cookie: string) => gate.request('/admin/account', { headers: { cookie } })
  expect((await account(cookieOf(set))).status).toBe(200)
  expect((await account(page.cookie)).status).toBe(303)
  const done = atOnce(gate.services.audit.list({ limit: 2 })).map(({ actor, action }) => [actor, action])
  expect(done).toEqual([
    [operator.email, 'password.reset'],
    [expect.stringMatching(/^command line \(.+\)$/), 'password.reset_link_made'],
  ])
  const stored = JSON.stringify(gate.database.sqlite.query('select * from audit').all())
  expect(stored).not.toContain(tokenOf(link))
})

test.each([
  ['neither role nor agency', 'person invite --email new@example.com'],
  [
    'both',
    'person invite --email new@example.com --role operator --agency 00000000-0000-4000-8000-000000000000',
  ],
  [
    'an unknown agency',
    'person invite --email new@example.com --agency 00000000-0000-4000-8000-000000000000',
  ],
  ['an unknown person', 'person reset --person nobody@example.com'],
])('%s is refused with a sentence, and makes no link', async (_, line) => {
  using place = beside()
  const { code, out, err } = await place.command(line)
  expect({ code, out }).toEqual({ code: 1, out: '' })
  expect(err).toMatch(/^[A-Z].*\.\n$/)
  expect(atOnce(place.gate.services.invitations.pending(place.gate.clock.now()))).toEqual([])
})
