import { expect, test } from 'bun:test'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { run } from '../../src/cli/run.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { numberOf } from '../support/do-not-call.ts'
import { createGate } from '../support/gate.ts'
import { environmentOf } from '../support/world.ts'

const open = () => {
  const directory = temporaryDirectory()
  createGate({ path: directory.database }).database.close()
  const said = { out: '', err: '', steps: [] as string[] }
  const callgate = async (args: string[], input = '') => {
    Object.assign(said, { out: '', err: '', steps: [] })
    const code = await run(args, {
      env: environmentOf(directory.path),
      isTerminal: false,
      out: (text) => (said.out += text),
      err: (text) => (said.err += text),
      progress: (step) => said.steps.push(step),
      input: async function* () {
        yield new TextEncoder().encode(input)
      },
    })
    return { code, ...said }
  }
  return { ...directory, callgate, [Symbol.dispose]: () => directory[Symbol.dispose]() }
}

test('a file is imported with its progress, and the bad lines are named', async () => {
  using place = open()
  const file = join(place.path, 'opted-out.csv')
  writeFileSync(file, ['nonsense', ...Array.from({ length: 1200 }, (_, at) => numberOf(at))].join('\n'))
  const { code, out, steps } = await place.callgate(['dnc', 'import', file, '--agency', 'Acme'])
  expect([code, out]).toEqual([
    0,
    'Numbers added: 1200, already listed: 0, rejected: 1.\n  line 1: not a phone number in E.164, such as +15551234567\n',
  ])
  expect(steps.filter((step) => step !== '')).toEqual([
    'imported 0 lines …',
    'imported 500 lines …',
    'imported 1,000 lines …',
    'imported 1,201 lines …',
  ])
  expect(steps.at(-1)).toBe('')
  const { out: csv } = await place.callgate(['dnc', 'export', '--agency', 'Acme'])
  expect(csv.trimEnd().split('\n')).toHaveLength(1201)
})

test('standard input is imported, and the outcome is JSON for scripts', async () => {
  using place = open()
  const asked = ['dnc', 'import', '-', '--agency', 'Acme', '--source', 'crm', '--json']
  const { code, out } = await place.callgate(asked, '+493012345667\n')
  expect([code, JSON.parse(out)]).toEqual([0, { added: 1, already_listed: 0, rejected: 0, problems: [] }])
  const { out: listed } = await place.callgate(['dnc', 'list', '--agency', 'Acme', '--json'])
  expect(JSON.parse(listed)).toMatchObject([{ hint: '+49…67', source: 'crm' }])
})

test.each([
  [['dnc', 'import'], 'Name a CSV file, or - for standard input.\n'],
  [['dnc', 'import', '/nowhere.csv'], 'The file /nowhere.csv cannot be read.\n'],
  [['dnc', 'import', '-', '--agency', 'Nobody'], 'There is no such agency.\n'],
])('callgate %j says why it does nothing', async (args, sentence) => {
  using place = open()
  const { code, err } = await place.callgate(args, '+493012345667\n')
  expect([code, err]).toEqual([1, sentence])
})
