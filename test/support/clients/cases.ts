import { mintToken } from '../../../src/keys/token.ts'
import type { Answered, Client, Session } from './clients.ts'

export interface Case {
  name: string
  needs?: Client['cannot'][number]
  /** Whether it is about what a client says to callgate itself, and not to a proxy. */
  direct?: boolean
  /** Resolves to what went wrong. */
  run(session: Session, given: Given): Promise<string | undefined>
}

interface Given {
  key: string
  /** How long a connection is left idle. */
  pauseMs: number
  /** For what is neither right nor wrong. */
  note(text: string): void
}

const number = '+15551234500'
const order = JSON.stringify({ phone_number: number })
const digits = '12345678901234567890'

const bearing = (key: string) => ({ Authorization: `Bearer ${key}` })
const ask = (session: Session, key: string, more = {}) =>
  session.send({ path: '/api/v1/key', headers: bearing(key), ...more })
const trigger = (session: Session, key: string, body: string | Uint8Array = order, headers = {}) =>
  session.send({
    method: 'POST',
    path: '/api/v1/calls/trigger',
    headers: { ...bearing(key), 'Content-Type': 'application/json', ...headers },
    body,
  })

const callCount = async (session: Session, key: string) => {
  const { text } = await session.send({ path: '/api/v1/calls?limit=100', headers: bearing(key) })
  return (JSON.parse(text) as { data: unknown[] }).data.length
}

const unless = (isRight: boolean, { status, text }: Answered) =>
  isRight ? undefined : `${status} ${text.slice(0, 120)}`

const coded = (code: string, { text }: Answered) => text.includes(`"code":"${code}"`)

export const cases: readonly Case[] = [
  {
    name: 'granted',
    run: async (session, { key }) => {
      const answered = await ask(session, key)
      return unless(answered.status === 200 && answered.text.includes('"success":true'), answered)
    },
  },
  {
    name: 'trigger',
    run: async (session, { key, note }) => {
      const answered = await trigger(
        session,
        key,
        `{"phone_number":"${number}","metadata":{"order":${digits}}}`,
      )
      if (answered.status !== 200) return unless(false, answered)
      const { call_id } = JSON.parse(answered.text) as { call_id: string }
      const call = await session.send({ path: `/api/v1/calls/${call_id}`, headers: bearing(key) })
      if (!call.text.includes(digits)) note('integers of 20 digits change')
      return unless(call.status === 200, call)
    },
  },
  {
    name: 'wrong key',
    run: async (session) => {
      const answered = await ask(session, mintToken())
      return unless(answered.status === 401 && coded('invalid_key', answered), answered)
    },
  },
  {
    name: 'HEAD',
    run: async (session, { key }) => {
      const answered = await ask(session, key, { method: 'HEAD' })
      return unless(answered.status === 200 && answered.text === '', answered)
    },
  },
  {
    name: 'replay',
    run: async (session, { key }) => {
      const headers = { 'Idempotency-Key': 'order-7' }
      const first = await trigger(session, key, order, headers)
      const again = await trigger(session, key, order, headers)
      const isReplay = again.headers.get('idempotent-replayed') === 'true' && again.text === first.text
      return unless(first.status === 200 && again.status === 200 && isReplay, again)
    },
  },
  {
    name: 'gzip',
    run: async (session, { key }) => {
      const answered = await trigger(session, key, Bun.gzipSync(order), { 'Content-Encoding': 'gzip' })
      return unless(answered.status === 415 && coded('unsupported_encoding', answered), answered)
    },
  },
  {
    name: 'surplus CRLF',
    needs: 'surplus',
    run: async (session, { key }) => {
      const before = await callCount(session, key)
      const answered = await trigger(session, key, `${order}\r\n`, { 'Content-Length': `${order.length}` })
      const made = (await callCount(session, key)) - before
      return unless(made === (answered.status === 200 ? 1 : 0), { ...answered, text: `and ${made} calls` })
    },
  },
  {
    name: 'expect',
    needs: 'expect',
    run: async (session, { key }) => {
      const answered = await trigger(session, key, order, { Expect: '100-continue' })
      return unless(answered.status === 200, answered)
    },
  },
  {
    // More than a megabyte, for which curl expects 100 Continue by itself.
    name: 'large body',
    run: async (session, { key }) => {
      const answered = await trigger(session, key, ' '.repeat(1_100_000))
      return unless(answered.status === 413 && coded('body_too_large', answered), answered)
    },
  },
  {
    name: 'HTTP/1.0 check',
    needs: 'old',
    direct: true,
    run: async (session) => {
      const answered = await session.send({ path: '/readyz', old: true })
      return unless(answered.status === 200, answered)
    },
  },
  {
    name: 'idle pause',
    needs: 'pause',
    run: async (session, { key, pauseMs }) => {
      await ask(session, key)
      const answered = await ask(session, key, { pauseMs })
      return unless(answered.status === 200, answered)
    },
  },
  {
    name: 'rate limited',
    run: async (session, { key }) => {
      let answered = await ask(session, key)
      for (let sent = 0; sent < 200 && answered.status === 200; sent++) answered = await ask(session, key)
      if (answered.status !== 429) return unless(false, answered)
      await Bun.sleep(Number(answered.headers.get('retry-after')) * 1000)
      answered = await ask(session, key)
      return unless(answered.status === 200, answered)
    },
  },
]
