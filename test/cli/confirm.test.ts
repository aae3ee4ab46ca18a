import { describe, expect, test } from 'bun:test'
import type { Io } from '../../src/cli/io.ts'
import { run } from '../../src/cli/run.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { takeCommands } from '../support/commands.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

/** Commands on the data directory of a gate whose production key works, with a webhook and an account. */
const beside = () => {
  const directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const stopCommands = takeCommands(gate, directory.path)
  const { accounts, webhooks } = gate.services
  const credentials = { hook_secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }
  atOnce(
    accounts.save(
      { agencyId: gate.agency.id, provider: 'http', baseUrl: 'https://d.example', credentials },
      1,
    ),
  )
  atOnce(
    webhooks.save(gate.production.id, 'https://example.com/', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 1),
  )
  const asked: string[] = []
  /** `answer` is what a person at the terminal says; undefined, and nobody sits there. */
  const command = async (line: string, answer?: string, meanwhile = () => {}) => {
    let out = ''
    let err = ''
    const ask = async (question: string) => {
      asked.push(question)
      meanwhile()
      return answer
    }
    const io: Io = {
      env: { CALLGATE_DATA_DIR: directory.path, CALLGATE_SECRET: 'a secret for tests, of 32 or more' },
      isTerminal: false,
      out: (text) => (out += text),
      err: (text) => (err += text),
      ...(answer === undefined ? {} : { ask }),
    }
    const words = line
      .replace('WHOSE', `--agency ${gate.agency.id} --environment production`)
      .replace('AGENCY', `--agency ${gate.agency.id}`)
    return { code: await run(words.split(' '), io), out, err }
  }
  const works = () => ({
    last4: atOnce(gate.services.keys.live(gate.production.id))?.last4,
    access: gate.environment('production').accessDisabledBy === null,
    plan: atOnce(gate.services.agencies.find(gate.agency.id))?.plan,
    account: atOnce(gate.services.accounts.findFor(gate.agency.id, 'http')) !== undefined,
    webhook: atOnce(gate.services.webhooks.find(gate.production.id)) !== undefined,
  })
  return {
    gate,
    asked,
    command,
    works,
    [Symbol.dispose]: () => {
      stopCommands()
      directory[Symbol.dispose]()
    },
  }
}

const ends: [line: string, sentence: RegExp][] = [
  [
    'key generate WHOSE',
    /^The production key of Acme ending in \w{4} \(never used\) stops working at once\.$/,
  ],
  ['key rotate WHOSE', /^The production key of Acme ending in \w{4} \(never used\) stops working at once\.$/],
  [
    'key disable WHOSE',
    /^Requests with the production key of Acme ending in \w{4} \(never used\) get 403 from now on\.$/,
  ],
  [
    'agency plan AGENCY --plan growth',
    /^All API requests of Acme get 403 from now on: only the Agency plan includes API access\.$/,
  ],
  [
    'provider remove AGENCY --provider http',
    /^Calls of agents at .+ will fail, and callgate can no longer track or end calls in progress\.$/,
  ],
  [
    'webhook remove WHOSE',
    /^The production webhook example\.com gets no more events, and its signing secret is lost\.$/,
  ],
]

describe.each(ends)('%s ends something that works:', (line, sentence) => {
  test('where nobody can be asked it is refused, names it, and changes nothing', async () => {
    using place = beside()
    const before = place.works()
    const { code, out, err } = await place.command(line)
    expect({ code, out }).toEqual({ code: 1, out: '' })
    expect(err).toEndWith(' Add --yes to do it.\n')
    expect(err.replace(' Add --yes to do it.\n', '')).toMatch(sentence)
    expect(place.works()).toEqual(before)
  })

  test.each(['', 'n', 'no', 'yesterday'])('answered with %p it changes nothing', async (answer) => {
    using place = beside()
    const before = place.works()
    expect(await place.command(line, answer)).toEqual({ code: 1, out: '', err: 'Nothing was changed.\n' })
    expect(place.works()).toEqual(before)
    expect(place.asked[0]?.replace(' Do it? [y/N] ', '')).toMatch(sentence)
  })

  test.each(['y', 'Yes', ' YES '])('answered with %p it is done', async (answer) => {
    using place = beside()
    const before = place.works()
    expect(await place.command(line, answer)).toMatchObject({ code: 0, err: '' })
    expect(place.works()).not.toEqual(before)
  })

  test('--yes asks nothing', async () => {
    using place = beside()
    const before = place.works()
    expect(await place.command(`${line} --yes`, 'no')).toMatchObject({ code: 0, err: '' })
    expect({ asked: place.asked, changed: !Bun.deepEquals(place.works(), before) }).toEqual({
      asked: [],
      changed: true,
    })
  })
})

test.each([
  'key generate AGENCY --environment staging',
  'key disable AGENCY --environment staging',
  'key enable WHOSE',
  'agency plan AGENCY --plan agency',
])('%s ends nothing, and asks nothing', async (line) => {
  using place = beside()
  expect(await place.command(line)).toMatchObject({ code: 0, err: '' })
})

test('a key that was used is named with its last use, and a switch that is off already is no question', async () => {
  using place = beside()
  const { gate } = place
  gate.database.sqlite.run(`update keys set last_used_at = ${Date.UTC(2026, 0, 2, 3, 4, 5)}`)
  expect((await place.command('key rotate WHOSE')).err).toContain(
    '(last used on 2026-01-02T03:04:05.000Z) stops working at once.',
  )
  expect((await place.command('key disable WHOSE --yes')).code).toBe(0)
  expect((await place.command('key disable WHOSE')).code).toBe(0)
  expect((await place.command('agency plan AGENCY --plan growth --yes')).code).toBe(0)
  expect((await place.command('agency plan AGENCY --plan starter')).code).toBe(0)
})

test('a yes to the end of one key never ends another that took its place meanwhile', async () => {
  using place = beside()
  const { gate } = place
  const { code, err } = await place.command('key rotate WHOSE', 'y', () => void gate.issue())
  expect({ code, err }).toEqual({
    code: 1,
    err: 'It has changed in the meantime, so nothing was done. Check it and try again.\n',
  })
})
