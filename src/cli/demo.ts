import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineCommand } from 'citty'
import type { Agency, Plan } from '../agencies/agency.ts'
import type { Environment, EnvironmentName } from '../agencies/environment.ts'
import { actedBy, type AuditEntry, keyTarget } from '../audit.ts'
import type { Config } from '../config.ts'
import { issueKey, type IssueStore } from '../keys/issue.ts'
import { commandLineActor } from '../people/actor.ts'
import { parsePrivateDestination } from '../outgoing/private-destinations.ts'
import { startServer } from '../server/start.ts'
import { createLog } from '../telemetry/log.ts'
import { configOf, type Io, json, print } from './io.ts'
import { stopSignal } from './serve.ts'
import { run, type Work } from '../work.ts'

export const demo = (io: Io) =>
  defineCommand({
    meta: {
      name: 'demo',
      description: 'Try callgate: start a server with a demo agency and delete its data afterwards',
    },
    args: json,
    run: async ({ args }) => {
      const dataDir = mkdtempSync(join(tmpdir(), 'callgate-demo-'))
      try {
        const { url, setupLink, services, stop } = await startAnywhere(
          { ...openToThisMachine(configOf(io)), dataDir, logLevel: 'error' },
          io,
        )
        const page = setupLink ?? url
        const key = await seed(services)
        print(io, args.json, { url, key, page }, welcome(url, page, key, dataDir))
        await stopSignal()
        await stop()
      } finally {
        rmSync(dataDir, { recursive: true, force: true })
      }
    },
  })

/** Every loopback address, for a receiver or a dialler next to the demo. */
const thisMachine = ['127.0.0.0/8', '[::1]'].flatMap((text) => parsePrivateDestination(text) ?? [])

/** Opens what a server opens only when it is told to, unless something else is configured. */
const openToThisMachine = (config: Config): Config =>
  config.allowPrivateDestinations === false ? { ...config, allowPrivateDestinations: thisMachine } : config

/** Starts on the configured port, or on a free one when that is taken. */
const startAnywhere = async (config: Config, io: Io) => {
  const log = createLog(config, io.err)
  try {
    return await startServer(config, log)
  } catch (error) {
    if ((error as { code?: string }).code !== 'EADDRINUSE') throw error
    return await startServer({ ...config, port: 0 }, log)
  }
}

interface SeedDeps {
  agencies: { create(name: string, plan: Plan, now: number): Work<Agency> }
  agents: {
    create(
      agencyId: string,
      given: { name: string; provider: string },
      now: number,
    ): Work<{ id: string; name: string }>
  }
  audit: { record(entry: AuditEntry): Work<void> }
  environments: {
    list(agencyId: string): Work<Environment[]>
    find(agencyId: string, name: EnvironmentName): Work<Environment | undefined>
    setDefaultAgent(id: string, agentId: string): Work<void>
  }
  keys: IssueStore
}

const seed = async ({ agencies, agents, audit, environments, keys }: SeedDeps) => {
  const now = Date.now()
  const agency = await run(agencies.create('Demo Agency', 'agency', now))
  const agent = await run(agents.create(agency.id, { name: 'Ann', provider: 'simulator' }, now))
  for (const { id } of await run(environments.list(agency.id)))
    await run(environments.setDefaultAgent(id, agent.id))
  const production = await run(environments.find(agency.id, 'production'))
  if (!production) throw new Error('the demo agency has no production environment')
  const { key, token } = await run(issueKey(keys, production.id, now))
  const common = { ...actedBy(commandLineActor, now), agency: agency.id }
  await run(audit.record({ ...common, action: 'agency.created', target: agency.name }))
  await run(audit.record({ ...common, action: 'agent.created', target: agent.name }))
  await run(
    audit.record({
      ...common,
      action: 'key.generated',
      environment: production.name,
      target: keyTarget(key),
    }),
  )
  return token
}

const welcome = (url: string, page: string, key: string, dataDir: string) => `
The callgate demo is running at ${url}. It places no calls and deletes its data when it stops (Ctrl-C).

The demo allows requests to this machine so that you can try your own webhook receiver and dialler. A server allows them only
with CALLGATE_ALLOW_PRIVATE_DESTINATIONS.

The demo agency's API key, shown only once:

  ${key}

Trigger a call:

  curl -X POST ${url}/api/v1/calls/trigger -H "Authorization: Bearer ${key}" -H "Content-Type: application/json" -d '{"phone_number": "+15551234500"}'

A few seconds later, get the call (replace CALL_ID with the call_id):

  curl ${url}/api/v1/calls/CALL_ID -H "Authorization: Bearer ${key}"

Dashboard (create your account, then open Agencies, Demo Agency, Integrations):

  ${page}

Use commands with the demo, for example:

  CALLGATE_DATA_DIR=${dataDir} dist/callgate agency list

`
