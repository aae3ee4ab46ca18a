import { Elysia } from 'elysia'
import { z } from 'zod'
import { requireConnected } from '../../calls/connected.ts'
import { ApiError } from '../../failures.ts'
import type { Operation } from '../../operation/operation.ts'
import { agreedHeader, operationIdHeader, unknownOperation } from '../../operation/wire.ts'
import type { Actor } from '../../people/actor.ts'
import type { Perform, PerformOptions } from '../../operation/perform.ts'
import { readJson } from '../body.ts'
import { requireNoQuery } from '../query.ts'
import type { IncomingRequest } from './authenticate.ts'
import { bringsFile, importFile } from './import-file.ts'
import { run } from '../../work.ts'

interface AdminApiDeps {
  operations: readonly Operation[]
  perform: Perform
  /** Authenticates a request. Throws the error that it is rejected with. */
  actorOf(request: IncomingRequest): Promise<Actor>
}

/** `POST /api/admin/v1/{operation}` runs an operation, JSON in and out; `…/preview` returns its consequence. */
export const adminApi = ({ operations, perform, actorOf }: AdminApiDeps) => {
  const byName = new Map(operations.map((operation) => [operation.name, operation]))

  const find = (name: string) => {
    const operation = byName.get(name)
    if (!operation) throw new ApiError('not_found', { detail: unknownOperation })
    return operation
  }

  return new Elysia({ name: 'admin-api', prefix: '/api/admin/v1' })
    .post(
      '/:operation',
      async ({ params, request, server, set }) => {
        set.headers['cache-control'] = 'no-store'
        const actor = whileConnected(await actorOf({ request, server }), request.signal)
        const operation = find(params.operation)
        if (bringsFile(operation, request))
          return { success: true as const, data: await importFile(perform, request, actor) }
        requireNoQuery(request)
        const input = await readInput(request, operation)
        await run(actor.confirm())
        const data = await perform(operation, input, actor, readOptions(request))
        return { success: true as const, data }
      },
      { parse: 'none' },
    )
    .post(
      '/:operation/preview',
      async ({ params, request, server, set }) => {
        set.headers['cache-control'] = 'no-store'
        const actor = await actorOf({ request, server })
        requireNoQuery(request)
        const operation = find(params.operation)
        const ends = (await perform.preview(operation, await readInput(request, operation), actor)) ?? null
        return { success: true as const, data: { ends } }
      },
      { parse: 'none' },
    )
}

const readOptions = ({ headers }: Request): PerformOptions => {
  const agreed = headers.get(agreedHeader)
  const operationId = headers.get(operationIdHeader)
  if (operationId !== null && !z.guid().safeParse(operationId).success)
    throw new ApiError('invalid_input', { detail: `The header ${operationIdHeader} must be a UUID.` })
  return {
    ...(agreed !== null && { agreed: unescaped(agreed) }),
    ...(operationId !== null && { operationId: operationId.toLowerCase() }),
  }
}

const unescaped = (text: string): string | null => {
  try {
    return decodeURIComponent(text) || null
  } catch {
    throw new ApiError('invalid_input', { detail: `The header ${agreedHeader} must be percent-encoded.` })
  }
}

/** Fails once the client has disconnected: it would never see a new key, and a call would have no owner. */
const whileConnected = (actor: Actor, signal: AbortSignal): Actor => ({
  ...actor,
  *confirm() {
    requireConnected(signal)
    yield* actor.confirm()
  },
})

/** A missing body stands for an empty input. */
const readInput = async (request: Request, { bodyLimitBytes }: Operation): Promise<unknown> =>
  request.headers.get('content-length') === '0' || request.body === null
    ? {}
    : await readJson(request, bodyLimitBytes)
