import { defineCommand } from 'citty'
import { type Config, localUrl } from '../config.ts'
import { CommandError } from '../failures.ts'
import type { Holder } from '../data-dir/data-dir.ts'
import { configOf, existingDataDir, type Io, json, print } from './io.ts'

const timeoutMs = 3000

export const healthcheck = (io: Io) =>
  defineCommand({
    meta: { name: 'healthcheck', description: 'Check whether the server is ready' },
    args: json,
    run: async ({ args }) => {
      const dataDir = existingDataDir(io)
      const found = await probe(configOf(io), dataDir.holder())
      if (found.found === 'nothing') throw new CommandError(`Nothing responds at ${found.url}.`)
      if (found.found === 'stranger')
        throw new CommandError(
          `At ${found.url}, ${found.what} responds instead of the server of ${dataDir.path}.`,
        )
      if (found.status !== 200) throw new CommandError(`${found.url} responds with ${found.status}.`)
      print(io, args.json, { status: 'ready' }, 'ready')
    },
  })

/** The result at the configured address: nothing, another program, or this server in some state. */
type Probe = { url: string } & (
  { found: 'nothing' } | { found: 'stranger'; what: string } | { found: 'server'; status: number }
)

/**
 * Probes the configured address on this machine, without checking certificate names. Where the server chose its port,
 * the data directory's lock names it.
 */
export const probe = async (config: Config, holder: Holder | 'unknown' | null): Promise<Probe> => {
  const known = holder === 'unknown' ? null : holder
  const url = `${(config.port === 0 && known?.url) || localUrl(config, config.port)}/readyz`
  const answer = await ask(url)
  if (!answer) return { url, found: 'nothing' }
  const { status, instance: told } = answer
  if (status === 503) return { url, found: 'server', status }
  if (status !== 200 || told === undefined) return { url, found: 'stranger', what: 'another program' }
  if (told !== known?.instance)
    return { url, found: 'stranger', what: 'a callgate with another data directory' }
  return { url, found: 'server', status }
}

const ask = async (url: string) => {
  try {
    const response = await fetch(url, {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'manual',
      proxy: false,
      tls: { rejectUnauthorized: false },
    })
    return { status: response.status, instance: instanceOf(await response.text()) }
  } catch {
    return undefined
  }
}

const instanceOf = (body: string): string | undefined => {
  try {
    const { instance } = JSON.parse(body) as { instance?: unknown }
    return typeof instance === 'string' && instance !== '' ? instance : undefined
  } catch {
    return undefined
  }
}
