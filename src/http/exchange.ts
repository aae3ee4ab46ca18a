import { Elysia } from 'elysia'
import { Failure } from '../failures.ts'

/** RFC 9110 §7.2: a host and an optional port. Two Host headers arrive joined by a comma and do not match. */
const hostPattern = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/

const urlPattern = /^https?:\/\/([^/?#]*)([^?#]*)/

/** The path of a request, or nothing where its target was none. Elysia's own `path` is wrong for hosts of under four characters. */
export const pathOf = (request: Request) => urlPattern.exec(request.url)?.[2] ?? ''

/** Opens every exchange: gives it an id, and refuses it when it does not say clearly whom it is for. */
export const exchange = new Elysia({ name: 'exchange' }).onRequest(({ request, set }) => {
  set.headers['x-request-id'] = crypto.randomUUID()
  const host = request.headers.get('host') ?? urlPattern.exec(request.url)?.[1] ?? ''
  if (!hostPattern.test(host)) throw new Failure('invalid_host')
})
