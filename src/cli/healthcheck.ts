import { defineCommand } from 'citty'
import { reachableHost } from '../config.ts'
import { Refusal } from '../failures.ts'
import { configOf, type Io, json, print } from './io.ts'

const timeoutMs = 3000

export const healthcheck = (io: Io) =>
  defineCommand({
    meta: { name: 'healthcheck', description: 'Ask the server of this configuration whether it is ready' },
    args: json,
    run: async ({ args }) => {
      const { host, port } = configOf(io)
      const url = `http://${reachableHost(host)}:${port}/readyz`
      const status = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) }).then(
        (response) => response.status,
        () => undefined,
      )
      if (status === undefined) throw new Refusal(`Nothing answers at ${url}.`)
      if (status !== 200) throw new Refusal(`${url} answers ${status}.`)
      print(io, args.json, { status: 'ready' }, 'ready')
    },
  })
