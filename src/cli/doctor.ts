import { defineCommand } from 'citty'
import { version } from '../../package.json'
import type { Config } from '../config.ts'
import { listWarnings } from '../config/operations/warnings.ts'
import { type ConfigWarning, configWarnings } from '../config/warnings.ts'
import { systemClock } from '../clock.ts'
import { CommandError } from '../failures.ts'
import { createSend } from '../outgoing/send.ts'
import { Oidc, type OidcSettings, reasonOf } from '../people/oidc.ts'
import { readCertificate } from '../server/certificate.ts'
import type { Holder } from '../data-dir/data-dir.ts'
import { userOfCommand } from '../user.ts'
import { type Check, fail, judge, ok, warn } from './checks.ts'
import { remoteDoor } from './operation/remote.ts'
import { probe } from './healthcheck.ts'
import { configOf, existingDataDir, type Io, json, print, table, withProgress } from './io.ts'

const dayMs = 24 * 60 * 60_000
const renewDays = 14

export const doctor = (io: Io) =>
  defineCommand({
    meta: { name: 'doctor', description: 'Check the data directory, the machine and the server' },
    args: json,
    run: async ({ args }) => {
      const config = configOf(io)
      const dataDir = existingDataDir(io)
      const findings = withProgress(io, (progress) => {
        progress('checking the database')
        return dataDir.inspect()
      })
      const checks = [
        ok('version', `callgate ${version}, Bun ${Bun.version}`),
        ...judge(findings, Date.now()),
        ...(await warnings(config, findings.holder, io.env)).map(({ name, says }) =>
          warn('settings', `${name}: ${says}`),
        ),
        await server(config, findings.holder),
        ...(config.oidc ? [await singleSignOn(config, config.oidc)] : []),
        ...(config.tls ? [certificate(config.tls, Date.now())] : []),
      ]
      const rows = checks.map(({ level, name, says }) => [level, name, says])
      print(io, args.json, { checks }, table(['STATE', 'CHECK', 'FINDING'], rows))
      const failed = checks.filter(({ level }) => level === 'fail').map(({ name }) => name)
      if (failed.length > 0) throw new CommandError(`Failed checks: ${failed.join(', ')}.`)
    },
  })

/** What the running server warns of: only it has seen its requests. */
const warnings = async (
  config: Config,
  holder: Holder | 'unknown' | null,
  env: Io['env'],
): Promise<ConfigWarning[]> => {
  if (holder === null || holder === 'unknown' || holder.socket === undefined) return configWarnings(config)
  try {
    const local = { socket: holder.socket, user: userOfCommand(env) }
    const door = remoteDoor({ url: 'http://localhost', local })
    return (await door.perform(listWarnings, {}, {})) as ConfigWarning[]
  } catch {
    return configWarnings(config)
  }
}

const server = async (config: Config, holder: Holder | 'unknown' | null): Promise<Check> => {
  if (holder === null) return ok('server', 'not running')
  const found = await probe(config, holder)
  const { url } = found
  if (found.found === 'nothing')
    return warn('server', `running, but not at ${url}. Run the doctor with the server's environment.`)
  if (found.found === 'stranger')
    return warn(
      'server',
      `running, but ${found.what} responds at ${url}. Run the doctor with the server's environment.`,
    )
  if (found.status === 200) return ok('server', `running and ready at ${url}`)
  return fail('server', `running, but responds with ${found.status} at ${url}. See its log.`)
}

const singleSignOn = async (config: Config, settings: OidcSettings): Promise<Check> => {
  const send = createSend({ allowPrivate: config.allowPrivateDestinations })
  const oidc = new Oidc({ settings, send, clock: systemClock, log: { warn: () => {} } })
  try {
    await oidc.check()
    return ok('single sign-on', `${settings.issuer} can be used`)
  } catch (error) {
    return fail('single sign-on', `${settings.issuer} cannot be used: ${reasonOf(error)}.`)
  }
}

const certificate = (tls: NonNullable<Config['tls']>, now: number): Check => {
  const { expiresAt } = readCertificate(tls)
  const days = Math.floor((expiresAt - now) / dayMs)
  const says = `expires ${new Date(expiresAt).toISOString()}`
  if (days < 0) return fail('certificate', `${says}: it has expired. Renew it and send the server SIGHUP.`)
  if (days < renewDays)
    return warn('certificate', `${says}, in ${days} days. Renew it and send the server SIGHUP.`)
  return ok('certificate', says)
}
