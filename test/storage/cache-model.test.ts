import { expect, test } from 'bun:test'
import fc from 'fast-check'
import type { Call } from '../../src/calls/call.ts'
import { issueKey } from '../../src/keys/issue.ts'
import { Keyring } from '../../src/keys/keyring.ts'
import { createCommit } from '../../src/storage/commit.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { createStores, type Stores } from '../../src/storage/stores.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { createGate, testSecret } from '../support/gate.ts'
import { undispatched } from '../support/orders.ts'
import { atOnce, type Work } from '../../src/work.ts'

/** Two of each, so that what happens to one can be seen not to happen to the other. */
const one = fc.nat(1)
const text = fc.oneof(fc.string({ unit: 'binary', maxLength: 8 }), fc.constantFrom('\ud800 half', '\0', 'é'))
const json = fc.oneof(fc.constant(null), fc.dictionary(fc.string(), fc.jsonValue(), { maxKeys: 3 }))

const write = fc.oneof(
  fc.record({ does: fc.constant('agent' as const), one, text }),
  fc.record({ does: fc.constantFrom('save account' as const, 'remove account' as const), one, text }),
  fc.record({
    does: fc.constantFrom('save webhook', 'rotate webhook', 'switch webhook', 'remove webhook' as const),
    one,
    text,
  }),
  fc.record({ does: fc.constant('new call' as const), one, text, json }),
  fc.record({ does: fc.constantFrom('change call' as const, 'end call' as const), one, text }),
  fc.record({ does: fc.constant('change call as it once was' as const), one, text }),
  fc.record({ does: fc.constantFrom('rotate key', 'switch access', 'set plan' as const), one, text }),
)

/** By whom, and what becomes of it. */
const how = fc.constantFrom(
  'alone',
  'in a transaction',
  'in one that is undone',
  'in one within another, undone',
  'in a group commit',
  'in a group commit, undone',
  'by another process',
)

test('what is in memory and what is on disk never differ, whoever writes what and whatever is undone', async () => {
  const steps = fc.array(fc.record({ write, how }), { minLength: 12, maxLength: 24 })
  await fc.assert(
    fc.asyncProperty(steps, async (taken) => {
      using world = createWorld()
      for (const step of taken) await world.take(step.how, (stores) => world.apply(stores, step.write))
    }),
    { numRuns: 30 },
  )
}, 60_000)

type Write = typeof write extends fc.Arbitrary<infer T> ? T : never
type How = typeof how extends fc.Arbitrary<infer T> ? T : never

const createWorld = () => {
  const directory = temporaryDirectory()
  const gate = createGate({ path: directory.database })
  const { database, services, agency, production } = gate
  const foreign = openDatabase(directory.database)
  // What is on disk after a crash is not looked at here.
  for (const { sqlite } of [database, foreign]) sqlite.run('PRAGMA synchronous = OFF')
  const theirs = createStores(foreign, testSecret)
  const commit = createCommit(database)
  const staging = gate.environment('staging')
  const environments = [production, staging]
  const agents = [gate.agent, atOnce(services.agents.create(agency.id, { name: 'Bea', provider: 'http' }, 1))]
  const providers = ['vapi', 'http']
  const tokens = [gate.key, gate.issue(staging.id)]
  const calls = [undispatched(gate).now(), undispatched(gate).now()]
  const accounts = new Set<string>()
  const pick = <T>(pair: T[], at: number) => pair[at % pair.length] as T

  const apply = (
    stores: Stores,
    { does, one: at, text: said, ...more }: Write & { json?: Call['metadata'] },
  ) => {
    const environment = pick(environments, at)
    const call = pick(calls.slice(-2), at)
    const found = atOnce(stores.calls.find(call.id))
    switch (does) {
      case 'agent':
        return atOnce(
          stores.agents.change(pick(agents, at).id, {
            name: said,
            provider: 'http',
            ref: said,
            fromNumber: null,
          }),
        )
      case 'save account': {
        const given = { agencyId: agency.id, provider: pick(providers, at), baseUrl: said }
        return void accounts.add(
          atOnce(stores.accounts.save({ ...given, credentials: { api_key: 'key' } }, 1)).id,
        )
      }
      case 'remove account': {
        const id = atOnce(stores.accounts.idOf(agency.id, pick(providers, at)))
        return id && atOnce(stores.accounts.remove(id))
      }
      case 'save webhook':
        return void atOnce(stores.webhooks.save(environment.id, said, 'whsec_secret', 1))
      case 'rotate webhook':
        return atOnce(stores.webhooks.rotate(environment.id, 'whsec_another', 2))
      case 'switch webhook':
        return atOnce(stores.webhooks.setEnabled(environment.id, said === '', said))
      case 'remove webhook':
        return atOnce(stores.webhooks.remove(environment.id))
      case 'new call': {
        const made = { ...call, id: Bun.randomUUIDv7(), name: said, metadata: more.json ?? null }
        calls.push(made)
        return atOnce(stores.calls.insert(made))
      }
      case 'change call':
        return (
          found &&
          atOnce(
            stores.calls.update(found, {
              ...found,
              providerCallId: said,
              hangUpPending: !found.hangUpPending,
            }),
          )
        )
      case 'end call':
        return (
          found &&
          atOnce(stores.calls.update(found, { ...found, status: 'failed', endedAt: 1, reason: said }))
        )
      case 'change call as it once was':
        return atOnce(stores.calls.update(call, { ...call, providerCallId: said }))
      case 'rotate key':
        return void tokens.push(atOnce(issueKey(stores.keys, environment.id, 1)).token)
      case 'switch access':
        return said === ''
          ? atOnce(stores.environments.enableAccess(environment.id))
          : atOnce(stores.environments.disableAccess(environment.id, 'admin'))
      case 'set plan':
        return atOnce(stores.agencies.setPlan(agency.id, said === '' ? 'agency' : 'growth'))
    }
  }

  const rowsOf = (stores: Stores) => ({
    agents: agents.map(({ id }) => atOnce(stores.agents.find(id))),
    ids: providers.map((provider) => atOnce(stores.accounts.idOf(agency.id, provider))),
    accounts: [...accounts].map((id) => atOnce(stores.accounts.find(id))),
    endpoints: environments.map(({ id }) => [
      atOnce(stores.webhooks.find(id)),
      atOnce(stores.webhooks.listening(id))?.environment,
    ]),
    calls: calls.map(({ id }) => atOnce(stores.calls.find(id))),
  })
  const keysOf = (keyring: Keyring) => tokens.map((token) => keyring.find(token))
  /** As they are for somebody who has just come. */
  const fresh = () => createStores(database, testSecret)

  const expectRows = function* () {
    return expect(rowsOf(services)).toEqual(rowsOf(fresh()))
  }
  const undo = new Error('undone')
  const undone = (work: () => Work<unknown>) =>
    function* () {
      yield* work()
      yield* expectRows()
      throw undo
    }
  const own = (work: () => Work<unknown>) =>
    function* () {
      return void (yield* work())
    }

  const perform = async (kind: How, work: (stores: Stores) => unknown) => {
    const mine = function* () {
      return work(services)
    }
    switch (kind) {
      case 'alone':
        return atOnce(mine())
      case 'in a transaction':
        return atOnce(database.transaction(own(mine)))
      case 'in one that is undone':
        return expect(() => atOnce(database.transaction(undone(mine)))).toThrow(undo)
      case 'in one within another, undone':
        return atOnce(
          database.transaction(function* () {
            expect(() => atOnce(database.transaction(undone(mine)))).toThrow(undo)
            yield* expectRows()
          }),
        )
      case 'in a group commit':
        return void (await Promise.all([commit(own(mine)), commit(own(expectRows))]))
      case 'in a group commit, undone':
        return expect(
          await Promise.allSettled([commit(own(expectRows)), commit(undone(mine)), commit(own(expectRows))]),
        ).toMatchObject([{ status: 'fulfilled' }, { reason: undo }, { status: 'fulfilled' }])
      case 'by another process':
        return work(theirs)
    }
  }

  return {
    apply,
    take: async (kind: How, work: (stores: Stores) => unknown) => {
      await perform(kind, work)
      // Whoever changes something has seen what others did, without being told.
      atOnce(database.transaction(expectRows))
      services.watcher.look()
      atOnce(expectRows())
      expect(keysOf(services.keyring)).toEqual(keysOf(new Keyring(fresh().keys)))
    },
    [Symbol.dispose]: () => {
      foreign.close()
      database.close()
      directory[Symbol.dispose]()
    },
  }
}
