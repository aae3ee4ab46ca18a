import { triggerAll, type TriggerAllOptions, type TriggerResult } from './bulk.ts'
import { type Granted, send, type Sending } from './send.ts'
import { sleep } from './sleep.ts'
import type { Agent, Call, CallStatus, KeyStatus, Order, Policy, Recording, Triggered } from './types.ts'

export interface ClientOptions extends Partial<Sending> {
  /** The server's origin, without a path. */
  baseUrl: string
  key: string
}

export interface RequestOptions {
  signal?: AbortSignal | undefined
}

export interface TriggerOptions extends RequestOptions {
  /** The Idempotency-Key: the same one never makes a second call. Left out, a new one, the same for all retries. */
  idempotencyKey?: string | undefined
}

/** Which calls: all filters that are given apply together. */
export interface CallsOptions extends RequestOptions {
  status?: CallStatus | undefined
  /** In E.164 format. */
  phoneNumber?: string | undefined
  agentId?: string | undefined
  /** The earliest `created_at`: a time in ISO 8601, or a date. */
  from?: string | Date | undefined
  /** Only calls with an earlier `created_at`. */
  to?: string | Date | undefined
  /** The page size, 1 to 100. */
  pageSize?: number
}

export type Client = ReturnType<typeof createClient>

/**
 * A client of a callgate server. It retries what is safe to retry, waits as long as the server says, and never triggers
 * a call twice. Methods throw `CallgateError` when they fail for good, and the signal's reason when aborted. Throws in a
 * browser.
 */
export const createClient = ({ baseUrl, key, ...options }: ClientOptions) => {
  refuseBrowser()
  const sending: Sending = {
    fetch: (url, init) => fetch(url, init),
    sleep,
    now: Date.now,
    random: Math.random,
    tries: 8,
    timeoutMs: 30_000,
    longestWaitMs: 120_000,
    ...options,
  }
  const root = `${baseUrl.replace(/\/+$/, '')}/api/v1`
  const headers = { authorization: `Bearer ${key}`, accept: 'application/json' }

  const ask = async <T>(path: string, { signal }: RequestOptions = {}, method = 'GET') => {
    const { body } = await send(sending, { url: root + path, init: { method, headers }, signal })
    return body as T
  }

  const order = (wanted: Order, { idempotencyKey, signal }: TriggerOptions, patient = false) =>
    send(sending, {
      url: `${root}/calls/trigger`,
      init: {
        method: 'POST',
        headers: {
          ...headers,
          'content-type': 'application/json',
          'idempotency-key': idempotencyKey ?? crypto.randomUUID(),
        },
        body: JSON.stringify(wanted),
      },
      signal,
      patient,
    })

  return {
    /** Triggers one call. */
    trigger: async (wanted: Order, how: TriggerOptions = {}): Promise<Triggered> =>
      triggeredOf(await order(wanted, how)),

    /** Triggers many calls one after the other, as fast as the limits allow. */
    triggerAll: (
      orders: Iterable<Order> | AsyncIterable<Order>,
      how: TriggerAllOptions = {},
    ): Promise<TriggerResult[]> =>
      triggerAll(sending, orders, how, async (wanted, given) => {
        const granted = await order(wanted, given, true)
        return { triggered: triggeredOf(granted), headers: granted.headers }
      }),

    /** One call. */
    call: async (id: string, how?: RequestOptions) =>
      (await ask<{ data: Call }>(`/calls/${encodeURIComponent(id)}`, how)).data,

    /** The calls, newest first; pages are fetched as needed. */
    async *calls({ signal, ...wanted }: CallsOptions = {}): AsyncGenerator<Call, void, undefined> {
      const query = queryOf(wanted)
      for (;;) {
        const page = await ask<{ data: Call[]; next_cursor: string | null }>(`/calls?${query}`, { signal })
        yield* page.data
        if (page.next_cursor === null) return
        query.set('cursor', page.next_cursor)
      }
    },

    /** Ends a call and returns it; a call that is over stays as it is. */
    endCall: async (id: string, how?: RequestOptions) =>
      (await ask<{ data: Call }>(`/calls/${encodeURIComponent(id)}/end`, how, 'POST')).data,

    /** The recording of a call that is over, as it comes: it can be large. */
    recording: async (id: string, { signal }: RequestOptions = {}): Promise<Recording> => {
      const url = `${root}/calls/${encodeURIComponent(id)}/recording`
      const init = { headers: { ...headers, accept: 'audio/*' } }
      const { headers: given, stream } = await send(sending, { url, init, signal, asStream: true })
      return {
        contentType: given.get('content-type') ?? '',
        body: stream ?? new ReadableStream({ start: (empty) => empty.close() }),
      }
    },

    /** The agency's agents. */
    agents: async (how?: RequestOptions) => (await ask<{ data: Agent[] }>('/agents', how)).data,

    /** Which numbers the key may call at which hours, and what is left of the budgets. */
    policy: async (how?: RequestOptions) => (await ask<{ data: Policy }>('/policy', how)).data,

    /** The key's agency and environment, and what is left of its limits. Places no call. */
    key: async (how?: RequestOptions) => (await ask<{ data: KeyStatus }>('/key', how)).data,
  }
}

const refuseBrowser = () => {
  if ('document' in globalThis || 'importScripts' in globalThis)
    throw new Error(
      'callgate/client needs an API key, which must never be in a browser: whoever visits the page could use it. Create the client on a server.',
    )
}

const queryOf = ({ pageSize = 100, status, phoneNumber, agentId, from, to }: CallsOptions) => {
  const filters = { status, phone_number: phoneNumber, agent_id: agentId, from: timeOf(from), to: timeOf(to) }
  const given = Object.entries(filters).filter(
    (filter): filter is [string, string] => filter[1] !== undefined,
  )
  return new URLSearchParams([['limit', String(pageSize)], ...given])
}

const timeOf = (time: string | Date | undefined) => (time instanceof Date ? time.toISOString() : time)

const triggeredOf = ({ body, headers }: Granted): Triggered => ({
  call_id: body.call_id as string,
  status: 'initiated',
  replayed: headers.get('idempotent-replayed') === 'true',
})
