import { Elysia } from 'elysia'
import { Failure } from '../failures.ts'

/** RFC 9110 §7.2: a host and an optional port. Two Host headers arrive joined by a comma and do not match. */
const hostPattern = /^(?:[\w.-]+|\[[\da-fA-F:.]+\])(?::\d{1,5})?$/

const urlPattern = /^https?:\/\/([^/?#]*)([^?#]*)/
const portMost = 65_535

/** The path of a request, or nothing where its target was none. */
export const pathOf = (request: Request) => urlPattern.exec(request.url)?.[2] ?? ''

/** Elysia looks for the path from the eleventh character on, and so takes one too late after a host shorter than this. */
const shortHost = 4

/**
 * Opens every exchange: gives it an id, and refuses it when it does not say clearly whom it is for. `allow` tells the
 * methods of a path: behind a short host, a path that we do not have must not become one that we have.
 */
export const exchange = (allow: (path: string) => string[]) =>
  new Elysia({ name: 'exchange' }).onRequest(({ request, set }) => {
    set.headers['x-request-id'] = crypto.randomUUID()
    const host = request.headers.get('host') ?? urlPattern.exec(request.url)?.[1] ?? ''
    if (!hostPattern.test(host) || Number(/:(\d+)$/.exec(host)?.[1] ?? 0) > portMost)
      throw new Failure('invalid_host')
    if (host.length < shortHost && allow(pathOf(request)).length === 0)
      throw new Failure('not_found', { detail: 'There is nothing at this path.' })
  })
