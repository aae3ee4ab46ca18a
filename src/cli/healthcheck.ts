import { defineCommand } from 'citty'
import { localUrl } from '../config.ts'
import { Refusal } from '../failures.ts'
import { configOf, type Io, json, print } from './io.ts'

const timeoutMs = 3000

export const healthcheck = (io: Io) =>
  defineCommand({
    meta: { name: 'healthcheck', description: 'Ask the server of this configuration whether it is ready' },
    args: json,
    run: async ({ args }) => {
      const config = configOf(io)
      const url = `${localUrl(config, config.port)}/readyz`
      const status = await statusOf(url)
      if (status === undefined) throw new Refusal(`Nothing answers at ${url}.`)
      if (status !== 200) throw new Refusal(`${url} answers ${status}.`)
      print(io, args.json, { status: 'ready' }, 'ready')
    },
  })

/** What a server on this machine answers, whatever names its certificate has; undefined when nothing does. */
export const statusOf = (url: string) =>
  fetch(url, { signal: AbortSignal.timeout(timeoutMs), tls: { rejectUnauthorized: false } }).then(
    ({ status }) => status,
    () => undefined,
  )
