import { Elysia } from 'elysia'
import { z } from 'zod'
import { requireConnected } from '../../calls/connected.ts'
import { Failure } from '../../failures.ts'
import type { Operation } from '../../operation.ts'
import type { Actor } from '../../people/actor.ts'
import type { Perform, PerformOptions } from '../../perform.ts'
import { readJson } from '../body.ts'
import type { Exchange } from './authenticate.ts'

interface AdminApiDeps {
  operations: readonly Operation[]
  perform: Perform
  /** Who sent a request. Throws what it is refused with. */
  actorOf(exchange: Exchange): Actor
}

/** `POST /api/admin/v1/{operation}`: every operation of the list, JSON in and out. `…/preview` says what it would end. */
export const adminApi = ({ operations, perform, actorOf }: AdminApiDeps) => {
  const byName = new Map(operations.map((operation) => [operation.name, operation]))

  const find = (name: string) => {
    const operation = byName.get(name)
    if (!operation) throw new Failure('not_found', { detail: 'There is no such operation.' })
    return operation
  }

  return new Elysia({ name: 'admin-api', prefix: '/api/admin/v1' })
    .post(
      '/:operation',
      async ({ params, request, server, set }) => {
        set.headers['cache-control'] = 'no-store'
        const actor = whileConnected(actorOf({ request, server }), request.signal)
        const operation = find(params.operation)
        const input = await readInput(request)
        actor.confirm()
        const data = await perform(operation, input, actor, readOptions(request))
        return { success: true as const, data }
      },
      { parse: 'none' },
    )
    .post(
      '/:operation/preview',
      async ({ params, request, server, set }) => {
        set.headers['cache-control'] = 'no-store'
        const actor = actorOf({ request, server })
        const operation = find(params.operation)
        const ends = perform.preview(operation, await readInput(request), actor) ?? null
        return { success: true as const, data: { ends } }
      },
      { parse: 'none' },
    )
}

/** With which a client says what it was told would end: the sentence of the preview, escaped as in a URL. */
export const agreedHeader = 'callgate-agreed'
/** With which a client gives the operation a name of its own, a UUID, so that it is done once and can be asked about. */
export const operationIdHeader = 'callgate-operation-id'

const readOptions = ({ headers }: Request): PerformOptions => {
  const agreed = headers.get(agreedHeader)
  const operationId = headers.get(operationIdHeader)
  if (operationId !== null && !z.guid().safeParse(operationId).success)
    throw new Failure('invalid_input', { detail: `The header ${operationIdHeader} must be a UUID.` })
  return {
    ...(agreed !== null && { agreed: unescaped(agreed) }),
    ...(operationId !== null && { operationId: operationId.toLowerCase() }),
  }
}

const unescaped = (text: string): string | null => {
  try {
    return decodeURIComponent(text) || null
  } catch {
    throw new Failure('invalid_input', { detail: `The header ${agreedHeader} must be percent-encoded.` })
  }
}

/** Nothing is changed for somebody who cannot be told of it: a key would be lost, and a phone ring for nobody. */
const whileConnected = (actor: Actor, signal: AbortSignal): Actor => ({
  ...actor,
  confirm: () => {
    requireConnected(signal)
    actor.confirm()
  },
})

/** An operation without input needs no body. */
const readInput = async (request: Request): Promise<unknown> =>
  request.headers.get('content-length') === '0' || request.body === null ? {} : await readJson(request)
