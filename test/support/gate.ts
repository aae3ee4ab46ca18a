import { createApp } from '../../src/app.ts'
import { type Config, readConfig } from '../../src/config.ts'
import { issueKey } from '../../src/keys/issue.ts'
import type { EnvironmentName } from '../../src/agencies/environment.ts'
import type { Operation } from '../../src/operation/operation.ts'
import { createServices, type Services } from '../../src/wiring.ts'
import { openDatabase } from '../../src/storage/database.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { FixedClock } from './clock.ts'
import { hold } from './conformance.ts'
import { gateOwner, openRules } from './policy.ts'
import { atOnce } from '../../src/work.ts'

export const testSecret = 'a secret for tests, of 32 or more'
const noFiles = { writeSetupLink: (_link: string) => {}, removeSetupLink: () => {} }

interface Extras {
  path?: string
  log?: typeof silentLog
  providerTimeoutMs?: number
  operations?: readonly Operation[]
  secret?: string
  /** The file of the setup link; left out, none is written. */
  files?: typeof noFiles
  /** False for a process that runs one command. */
  isServing?: boolean
  clock?: FixedClock
}

/** The real app, its answers held against the description. */
export const createHeldApp = (services: Services) => {
  const app = createApp(services)
  const { handle } = app
  app.handle = async (request) => hold(request.method, request.url, await handle(request))
  return app
}

/** The real app over a real database, with a clock that stands still, an agency, an agent and a production key. */
export const createGate = (options: Partial<Omit<Config, 'secret'>> & Extras = {}) => {
  const {
    path = ':memory:',
    log = silentLog,
    providerTimeoutMs = 15_000,
    secret = testSecret,
    files = noFiles,
    isServing = true,
    clock = new FixedClock(),
    operations,
    ...settings
  } = options
  // The fakes listen on loopback.
  const config = { ...readConfig({}, false), allowPrivateDestinations: true, ...settings }
  const database = openDatabase(path)
  const services = createServices({
    config,
    dataDir: {
      writeSetupLink: (link: string) => files.writeSetupLink(link),
      removeSetupLink: () => files.removeSetupLink(),
      secret: () => secret,
    },
    database,
    clock,
    log,
    providerTimeoutMs,
    isServing,
    ...(operations && { operations }),
  })
  const app = createHeldApp(services)

  const { agencies, agents, environments, keys, policies } = services
  // The fakes have numbers that nobody has.
  atOnce(policies.set(gateOwner, 'operator', openRules, clock.now()))
  const agency = atOnce(agencies.create('Acme', 'agency', clock.now()))
  const agent = atOnce(agents.create(agency.id, { name: 'Ann', provider: 'simulator' }, clock.now()))
  const environment = (name: EnvironmentName, of = agency.id) => {
    const found = atOnce(environments.find(of, name))
    if (!found) throw new Error(`no ${name} environment`)
    return found
  }
  const production = environment('production')
  atOnce(environments.setDefaultAgent(production.id, agent.id))
  const issue = (environmentId = production.id) => atOnce(issueKey(keys, environmentId, clock.now())).token
  const key = issue()

  const request = (target: string, init: RequestInit = {}) =>
    app.handle(new Request(`http://localhost${target}`, init))
  const authorized = (target: string, init: RequestInit = {}, token = key) =>
    request(target, { ...init, headers: { authorization: `Bearer ${token}`, ...init.headers } })
  const postJson = (target: string, body: unknown, token = key) =>
    authorized(
      target,
      {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      },
      token,
    )
  /** Triggers a call to a number with the given last two digits: the simulator's scenario. */
  const trigger = (scenario = '00', token = key) =>
    postJson('/api/v1/calls/trigger', { phone_number: `+155512345${scenario}` }, token)

  return {
    agency,
    agent,
    app,
    authorized,
    clock,
    config,
    database,
    environment,
    issue,
    key,
    postJson,
    production,
    request,
    services,
    trigger,
  }
}

export type Gate = ReturnType<typeof createGate>

/** The body of an API answer. */
export interface Answer {
  success: boolean
  code?: string
  error?: string
  param?: string
  request_id?: string
  doc_url?: string
  call_id?: string
  status?: string
  data?: Record<string, unknown>
}

export const answer = async (response: Response) => (await response.json()) as Answer
