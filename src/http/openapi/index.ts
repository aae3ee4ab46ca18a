import { Elysia } from 'elysia'
import type { Operation } from '../../operation/operation.ts'
import { describeApi } from './document.ts'

interface OpenapiDeps {
  operations: readonly Operation[]
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
}

/** Serves the OpenAPI document, made on first use. */
export const openapi = ({ operations, publicUrl }: OpenapiDeps) => {
  let made: { text: string; etag: string } | undefined
  const make = () => {
    const text = JSON.stringify(describeApi(operations, publicUrl()))
    return { text, etag: `"${new Bun.CryptoHasher('sha256').update(text).digest('hex').slice(0, 16)}"` }
  }

  return new Elysia({ name: 'openapi' }).get('/openapi.json', ({ request, set }) => {
    made ??= make()
    set.headers.etag = made.etag
    set.headers['cache-control'] = 'no-cache'
    if (request.headers.get('if-none-match') === made.etag) {
      set.status = 304
      return null
    }
    set.headers['content-type'] = 'application/json; charset=utf-8'
    return made.text
  })
}
