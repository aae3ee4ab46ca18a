import { Elysia } from 'elysia'
import type { Config } from '../../config.ts'
import { Failure } from '../../failures.ts'
import type { Services } from '../../services.ts'
import { ownOrigin } from '../address.ts'
import { isFromOurPages } from './cross-site.ts'
import { doer } from './doer.ts'
import { pageHeaders } from './headers.ts'

type Guarding = Pick<Services, 'clock' | 'config' | 'sessions'>

/** For pages that anyone may see: their headers, and no form from elsewhere. */
export const anyone = ({ config }: Pick<Guarding, 'config'>) =>
  new Elysia({ name: 'anyone' }).derive({ as: 'scoped' }, ({ request, server, set }) => {
    Object.assign(set.headers, pageHeaders)
    refuseForeignForms(request, ourOrigins(request, server, config))
  })

/** For all other pages: the same, and somebody who is signed in; `by` is who that is, for the audit. */
export const signedIn = ({ clock, config, sessions }: Guarding) =>
  new Elysia({ name: 'signed-in' }).derive({ as: 'scoped' }, ({ request, server, set }) => {
    Object.assign(set.headers, pageHeaders)
    refuseForeignForms(request, ourOrigins(request, server, config))
    const person = sessions.person(request)
    if (!person) throw new Failure('sign_in_needed')
    return { person, by: doer(person.email, { request, server }, config, clock.now()) }
  })

/** Where our pages are: at the address that was asked, and at the public one. */
const ourOrigins = (
  request: Request,
  server: Parameters<typeof ownOrigin>[1],
  { publicUrl, trustedProxies }: Config,
) => [ownOrigin(request, server, trustedProxies), ...(publicUrl === null ? [] : [publicUrl])]

const refuseForeignForms = (request: Request, ours: string[]) => {
  const safe = request.method === 'GET' || request.method === 'HEAD'
  if (!safe && !isFromOurPages(request, ours)) throw new Failure('cross_site')
}
