import { expect, test } from 'bun:test'
import { stripVTControlCharacters } from 'node:util'
import fc from 'fast-check'
import { changeAgent } from '../src/agencies/operations/agent.ts'
import { addNumber } from '../src/do-not-call/operations/entries.ts'
import { commandLineActor } from '../src/people/actor.ts'
import { createGate } from './support/gate.ts'
import { run } from '../src/cli/run.ts'
import { nameSchema } from '../src/names.ts'
import { createLog } from '../src/telemetry/log.ts'
import { hasHidden, visible } from '../src/visible.ts'
import { temporaryDirectory } from './support/directory.ts'
import { DataDir } from '../src/data-dir/data-dir.ts'
import { createStores } from '../src/storage/stores.ts'
import { atOnce } from '../src/work.ts'

/** What would clear a terminal, colour it, name its window, ring, go back, or read backwards. */
const hostile = [
  ['an escape sequence', '\u001b[2J'],
  ['a control sequence of one byte', '\u009b31m'],
  ['the name of a window', '\u001b]0;owned\u0007'],
  ['a backspace', 'Acme\bX'],
  ['a carriage return', 'Acme\rX'],
  ['a line end', 'Acme\nX'],
  ['a delete', 'Acme\u007fX'],
  ['a separator of lines', 'Acme\u2028X'],
  ['text backwards', 'Acme\u202egnp.exe'],
  ['an isolate', 'Acme\u2066X'],
  ['a mark of direction', 'Acme\u200fX'],
] as const

test.each(hostile)('a name with %s is refused', (_what, text) => {
  const refused = nameSchema.safeParse(`A${text}B`)
  expect(refused.error?.issues[0]?.message).toContain('must not contain control characters')
})

test.each(['Müller & Söhne', '株式会社', 'شركة', 'नमस्ते', 'Ann – front desk', 'A🇩🇪👩‍👩‍👧B'])(
  'a name may be %p',
  (name) => expect(nameSchema.parse(name)).toBe(name),
)

test('what is made visible holds no hidden character but line ends and tabs, reads the same otherwise, and stays JSON', () => {
  const any = fc.string({ unit: 'binary' })
  fc.assert(
    fc.property(any, (text) => {
      expect(hasHidden(visible(text).replaceAll(/[\n\t]/g, ''))).toBe(false)
      expect(JSON.parse(visible(JSON.stringify(text)))).toBe(text)
      if (!hasHidden(text)) expect(visible(text)).toBe(text)
    }),
  )
})

const names = hostile.map(([, text]) => `A${text}B`)
const isRaw = (text: string) => hasHidden(text.replaceAll(/[\n\t]/g, ''))

test('so is a reason on a do-not-call list; an agent whose name is from before can be changed as it is', async () => {
  const { agency, services } = createGate()
  const { agents, perform } = services
  const entry = { agency: agency.id, phone_number: '+15551234567', reason: 'asked\u202e' }
  expect(perform(addNumber, entry, commandLineActor)).rejects.toMatchObject({ reason: 'invalid_input' })
  const { id } = atOnce(agents.create(agency.id, { name: 'A\u202eB', provider: 'simulator' }, 0))
  const changed = { agency: agency.id, agent: id, ref: 'other' }
  expect(await perform(changeAgent, changed, commandLineActor)).toMatchObject({ ref: 'other' })
  const renamed = { ...changed, name: 'C\u202eD' }
  expect(perform(changeAgent, renamed, commandLineActor)).rejects.toMatchObject({ reason: 'invalid_input' })
})

/** A data directory whose names are from before names were checked. */
const createPlace = () => {
  const directory = temporaryDirectory()
  const dataDir = new DataDir({ dataDir: directory.path, secret: null })
  const database = dataDir.openDatabase()
  const { agencies } = createStores(database, dataDir.secret())
  for (const name of names) atOnce(agencies.create(name, 'agency', Date.now()))
  database.close()
  const written: string[] = []
  const command = (line: string[], ask?: string) =>
    run(line, {
      env: { CALLGATE_DATA_DIR: directory.path },
      isTerminal: true,
      out: (text) => written.push(text),
      err: (text) => written.push(text),
      progress: (step) => written.push(step),
      ...(ask !== undefined && {
        ask: async (question: string) => {
          written.push(question)
          return ask
        },
      }),
    })
  return { written, command, [Symbol.dispose]: () => directory[Symbol.dispose]() }
}

test('no command prints one of them raw: not in a table, in JSON, in an error, or in a question', async () => {
  using place = createPlace()
  const { written, command } = place
  const [name = ''] = names
  await command(['agency', 'list'])
  await command(['agency', 'list', '--json'])
  await command(['agency', 'show', '--agency', name])
  await command(['agency', 'suspend', '--agency', name], 'no')
  await command(['agency', 'delete', '--agency', name], 'no')
  await command(['agency', `\u001b[2J`])
  await command(['agency', 'list', `--\u001b[2J`])
  await command(['backup', '/nowhere/\u001b[2J.db'])
  expect(written.length).toBeGreaterThan(7)
  expect(written.filter(isRaw)).toEqual([])
  expect(written.join('')).toContain('A\\u001b[2JB')
  const listed = JSON.parse(written.find((text) => text.startsWith('[')) ?? '[]') as { name: string }[]
  expect(new Set(listed.map((each) => each.name))).toEqual(new Set(names))
})

test.each([
  ['pretty', (name: string) => name],
  ['json', (name: string) => JSON.stringify(name).slice(1, -1)],
] as const)('nor does the log, %s', (logFormat, shown) => {
  let written = ''
  const log = createLog({ logFormat, logLevel: 'info' }, (line) => (written += line))
  for (const name of names) log.warn(`the agency ${name} is odd`, { name })
  const withoutColours = stripVTControlCharacters(written)
  for (const name of names) expect(withoutColours).toContain(visible(shown(name)))
  expect(isRaw(withoutColours)).toBe(false)
})
