import { describe, expect, test } from 'bun:test'
import { z } from 'zod'
import { operation, type Operation } from '../../src/operation/operation.ts'
import { operations } from '../../src/operations.ts'
import { run } from '../../src/cli/run.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createToken } from '../../src/people/operations/tokens.ts'
import { takeCommands } from '../support/commands.ts'
import { holdNothingOf } from '../support/conformance.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { textOf } from '../support/page.ts'
import { atOnce, type Work } from '../../src/work.ts'

interface Deps {
  agencies: { rename(id: string, name: string): Work<void> }
}

/** All that has to be written for a new operation. */
const shout = operation({
  name: 'agency.shout',
  summary: 'Writes the name of an agency in capitals.',
  details: 'MARKS stand behind it.',
  scope: 'agency',
  may: 'admin',
  input: {
    marks: z.int().min(1).max(9).meta({ description: 'How many marks', hint: 'n' }),
    mark: z.enum(['!', '?']).optional().meta({ description: 'Which mark' }),
  },
  example: { marks: 3 },
  output: z.object({ name: z.string().meta({ description: 'What it is called now' }) }),
  says: ({ name }) => `It is now called ${name}`,
  ends: (_deps: Deps, { agency }) => `Nobody finds ${agency.name} under that name any more.`,
  run: async ({ agencies }: Deps, { agency, input: { marks, mark = '!' }, change }) => {
    const name = agency.name.toUpperCase() + mark.repeat(marks)
    await change(() => agencies.rename(agency.id, name), { action: 'agency.renamed', target: name })
    return { name }
  },
})
/** The description that answers are held against is that of the list. */
holdNothingOf('http://localhost/api/admin/v1/agency.shout')
const withIt = [...operations, shout as unknown as Operation]

const command = async (env: Record<string, string>, ...argv: string[]) => {
  let [out, err] = ['', '']
  const io = {
    env,
    isTerminal: false,
    out: (text: string) => (out += text),
    err: (text: string) => (err += text),
  }
  const code = await run(argv, io, withIt)
  return { code, out, err }
}

describe('an operation that one file adds to the list', () => {
  test('is done by the admin API, for whoever has its permission', async () => {
    const { request, services } = createGate({ operations: withIt })
    const post = async (permission: string) => {
      const made = await services.perform(
        createToken,
        { name: 'ci', permission: [permission] },
        commandLineActor,
      )
      const response = await request('/api/admin/v1/agency.shout', {
        method: 'POST',
        headers: { authorization: `Bearer ${made.token}`, 'content-type': 'application/json' },
        body: JSON.stringify({ agency: 'Acme', marks: 2 }),
      })
      return (await response.json()) as object
    }
    expect(await post('key.*')).toMatchObject({ code: 'permission_required' })
    expect(await post('agency.shout')).toEqual({ success: true, data: { name: 'ACME!!' } })
    expect(atOnce(services.audit.list({ limit: 1 }))).toMatchObject([
      { action: 'agency.renamed', actor: 'token ci' },
    ])
  })

  test('is a command on a data directory that a server serves, and on one that none does', async () => {
    using directory = temporaryDirectory()
    const env = { CALLGATE_DATA_DIR: directory.path, CALLGATE_SECRET: testSecret }
    const gate = createGate({ path: directory.database, operations: withIt })
    const end = takeCommands(gate, directory.path)
    const asked = ['agency', 'shout', '--agency', gate.agency.id, '--marks', '1']
    expect((await command(env, ...asked)).err).toBe(
      'Nobody finds Acme under that name any more. Add --yes to do it.\n',
    )
    expect(await command(env, ...asked, '--yes')).toEqual({
      code: 0,
      out: 'It is now called ACME!\n',
      err: '',
    })
    end()
    gate.services.halt()
    gate.database.close()
    const alone = await command(env, ...asked, '--mark', '?', '--yes', '--json')
    expect(alone).toEqual({ code: 0, out: '{"name":"ACME!?"}\n', err: '' })
  })

  test('is in /openapi.json, with its input and output', async () => {
    const { request } = createGate({ operations: withIt })
    const { paths } = (await (await request('/openapi.json')).json()) as { paths: Record<string, object> }
    const text = JSON.stringify(paths['/api/admin/v1/agency.shout'])
    for (const part of [
      shout.summary,
      'How many marks',
      'What it is called now',
      '"required":["agency","marks"]',
    ])
      expect(text).toContain(part)
  })

  test('is on the documentation’s page, with its command', async () => {
    const { request } = createGate({ operations: withIt })
    const text = await textOf(await request('/docs/admin-api'))
    for (const part of ['agency.shout', shout.summary, 'How many marks', exampleLine])
      expect(text).toContain(part)
  })

  test('is in the help, of its noun and its own', async () => {
    const noun = (await command({}, 'help', 'agency')).out
    for (const part of ['shout', shout.summary, exampleLine]) expect(noun).toContain(part)
    const own = (await command({}, 'agency', 'shout', '--help')).out
    for (const part of [
      shout.summary,
      '--marks',
      'How many marks',
      '--yes',
      'MARKS stand behind it.',
      exampleLine,
    ])
      expect(own).toContain(part)
  })

  test.each(['bash', 'zsh', 'fish'])(
    'is completed in %s, with its options and their choices',
    async (shell) => {
      const { out } = await command({}, 'completion', shell)
      for (const part of ['shout', 'marks', '! ?']) expect(out).toContain(part)
    },
  )
})

const exampleLine = 'callgate agency shout --agency Acme --marks 3'
