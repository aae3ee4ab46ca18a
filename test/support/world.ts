import { copyFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { tokenHash } from '../../src/keys/token.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createToken } from '../../src/people/operations/tokens.ts'
import { DataDir } from '../../src/data-dir/data-dir.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { mintWebhookSecret } from '../../src/webhooks/secret.ts'
import { newDelivery } from '../../src/webhooks/delivery.ts'
import { createServices } from '../../src/wiring.ts'
import { openAlert } from './alerts.ts'
import { FixedClock, settled } from './clock.ts'
import { temporaryDirectory } from './directory.ts'
import { startFakeHttp } from './fakes/http.ts'
import { createGate, createHeldApp, testSecret } from './gate.ts'
import { enter, linkTo } from './page.ts'
import { startReceiver } from './receiver.ts'
import { peopleRoles, type Role } from './roles.ts'
import { listen } from './webhooks.ts'
import { atOnce } from '../../src/work.ts'

export const environmentOf = (dataDir: string) => ({
  CALLGATE_DATA_DIR: dataDir,
  CALLGATE_SECRET: testSecret,
  // The provider and the webhook listen on loopback.
  CALLGATE_ALLOW_PRIVATE_DESTINATIONS: 'true',
})

/** A data directory of a copy, with nobody at work on it. */
interface Copy {
  path: string
  database: string
}

export type World = Awaited<ReturnType<typeof createWorld>>
export type Opened = ReturnType<World['open']>

/**
 * A data directory with two agencies, somebody in each role, and something behind every field that an operation takes. It
 * is made once, and copied for whoever changes it. Its clock stands still at the time when it was made: a command that works
 * on a copy by itself has the system's.
 */
export const createWorld = async () => {
  const directory = temporaryDirectory()
  const dialler = await startFakeHttp()
  const receiver = startReceiver(({ body }) =>
    body.event === 'predial' ? Response.json({ eligible: true }) : new Response('thanks'),
  )
  const madeAt = Date.now()
  const agoMs = 10 * 60_000
  const gate = createGate({ path: directory.database, clock: new FixedClock(madeAt - agoMs) })
  const { services, agency, clock } = gate

  const other = atOnce(services.agencies.create('Other', 'agency', clock.now()))
  const idle = atOnce(services.agents.create(agency.id, { name: 'Bea', provider: 'simulator' }, clock.now()))
  const callTo = async (story: string) => (await (await gate.trigger(story)).json()) as { call_id: string }
  const { call_id: over } = await callTo('01')
  const { call_id: call } = await callTo('07')
  await gate.trigger('nothing')
  await clock.advance(60_000)

  const account = { agencyId: agency.id, provider: 'http', baseUrl: dialler.baseUrl }
  atOnce(services.accounts.save({ ...account, credentials: dialler.credentials }, clock.now()))
  listen(gate, receiver.url)
  atOnce(services.predialHooks.save(gate.production.id, receiver.url, mintWebhookSecret(), clock.now()))
  const told = { environmentId: gate.production.id, callId: null, payload: '{}', createdAt: clock.now() }
  const delivery = newDelivery({ ...told, event: 'test' })
  atOnce(services.deliveries.insert({ ...delivery, state: 'dead' }))
  await clock.advance(agoMs - 60_000)

  // With the key of the hashes, which is random: every copy has the same one.
  const listed = { phoneNumber: '+493012345600', source: 'manual', reason: null, expiresAt: null }
  atOnce(services.doNotCall.replace(null, { ...listed, addedAt: clock.now() }))

  const alert = openAlert(gate)
  const { person } = enter(gate, { role: 'operator', email: 'leaving@example.com' })
  const pending = linkTo({
    hash: tokenHash('invited'),
    createdAt: clock.now(),
    expiresAt: clock.now() + 86_400_000,
  })
  atOnce(services.invitations.add(pending))
  const { id: token } = await services.perform(
    createToken,
    { name: 'ci', permission: ['key.*'] },
    commandLineActor,
  )
  const agencyOf: Record<Role, string | null> = {
    operator: null,
    'admin of the agency': agency.id,
    'admin of another agency': other.id,
    'token with the permission': null,
    'token without the permission': null,
    'token of the agency with the permission': agency.id,
  }
  const cookies = Object.fromEntries(
    peopleRoles.map((role) => {
      const who = role === 'operator' ? 'operator' : 'admin'
      return [role, enter(gate, { role: who, agencyId: agencyOf[role] }).cookie]
    }),
  ) as Partial<Record<Role, string>>
  const facts = {
    agency: agency.id,
    alert: alert.id,
    other: other.id,
    agent: gate.agent.id,
    idle: idle.id,
    call,
    over,
    delivery: delivery.id,
    invitation: pending.hash,
    key: atOnce(services.keys.live(gate.production.id))?.id ?? '',
    person: person.id,
    token,
    diallerUrl: dialler.baseUrl,
    diallerSecret: dialler.credentials['hook_secret'] ?? '',
    webhookUrl: receiver.url,
  }
  // Nobody signs in here, and argon2id would take a tenth of a second for each person.
  const cheap = { algorithm: 'bcrypt', cost: 4 } as const
  gate.database.sqlite.run('update people set password_hash = ?', [
    await Bun.password.hash('a password', cheap),
  ])
  services.halt()
  gate.database.sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
  gate.database.close()

  let copies = 0
  const copy = ({ database }: Pick<Copy, 'database'> = directory): Copy => {
    const path = join(directory.path, `${++copies}`)
    mkdirSync(path)
    copyFileSync(database, join(path, 'callgate.db'))
    return { path, database: join(path, 'callgate.db') }
  }

  /** Serves a copy to whoever asks the application itself. */
  const open = ({ path, database: file }: Copy) => {
    const dataDir = new DataDir({ dataDir: path, secret: testSecret })
    const database = dataDir.openServingDatabase()
    const config = readConfig(environmentOf(path), false)
    const standing = new FixedClock(madeAt)
    const served = createServices({
      config,
      dataDir,
      database,
      clock: standing,
      log: silentLog,
      isServing: true,
    })
    let app: ReturnType<typeof createHeldApp> | undefined
    return {
      path,
      file,
      config,
      services: served,
      sqlite: database.sqlite,
      request: (target: string, init: RequestInit) => {
        app ??= createHeldApp(served)
        return app.handle(new Request(`http://localhost${target}`, init))
      },
      /** Resolves when nothing goes on any more after an answer. */
      rest: async () => {
        await settled()
        await served.dispatcher.idle()
        await settled()
      },
      close: () => {
        served.halt()
        database.sqlite.run('PRAGMA wal_checkpoint(TRUNCATE)')
        database.close()
      },
    }
  }

  return {
    madeAt,
    facts,
    agencyOf,
    cookies,
    copy,
    open,
    [Symbol.asyncDispose]: async () => {
      await dialler[Symbol.asyncDispose]()
      receiver[Symbol.asyncDispose]()
      directory[Symbol.dispose]()
    },
  }
}
