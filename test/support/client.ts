import { type ClientOptions, createClient } from '../../src/client/index.ts'
import { answer, createGate } from './gate.ts'

type Fetch = NonNullable<ClientOptions['fetch']>

/** A client before the real app, where waiting moves the clock. `between` stands on the line and may lose what passes. */
export const createLine = (
  options: Parameters<typeof createGate>[0] = {},
  between: (pass: Fetch) => Fetch = (pass) => pass,
  settings: Partial<ClientOptions> = {},
) => {
  const gate = createGate(options)
  const statuses: number[] = []
  const codes: (string | undefined)[] = []
  const waits: number[] = []
  const pass: Fetch = async (url, init) => {
    const response = await gate.request(url.slice(origin.length), init)
    statuses.push(response.status)
    const isJson = response.headers.get('content-type')?.startsWith('application/json')
    codes.push(isJson ? (await answer(response.clone())).code : undefined)
    return response
  }
  const client = createClient({
    baseUrl: origin,
    key: gate.key,
    fetch: between(pass),
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      waits.push(ms)
      await gate.clock.advance(ms)
    },
    now: () => gate.clock.now(),
    random: () => 0,
    ...settings,
  })
  return { gate, client, statuses, codes, waits }
}

const origin = 'http://gate.test'

/** The error that a promise ends with. */
export const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  )
