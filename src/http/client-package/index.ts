import { Elysia } from 'elysia'
import { version } from '../../../package.json'
import { ApiError } from '../../failures.ts'

const file = `callgate-client-${version}.tgz`

/** Serves the client library for `npm install https://…/client/callgate-client-VERSION.tgz`. */
export const clientPackage = new Elysia({ name: 'client-package' }).get(
  '/client/:file',
  async ({ params }) => {
    if (params.file !== file)
      throw new ApiError('not_found', { detail: `There is no such file. This server has /client/${file}.` })
    const { packed } = await import('./packed.ts')
    return new Response(packed, { headers })
  },
)

const headers = { 'content-type': 'application/gzip', 'cache-control': 'public, max-age=86400' }
