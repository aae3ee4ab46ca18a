import { Elysia } from 'elysia'
import { Failure } from '../../failures.ts'
import type { Services } from '../../services.ts'
import { isFromOurPages } from './cross-site.ts'
import { pageHeaders } from './headers.ts'

type Guarding = Pick<Services, 'config' | 'sessions'>

/** For pages that anyone may see: their headers, and no form from elsewhere. */
export const anyone = ({ config }: Guarding) =>
  new Elysia({ name: 'anyone' }).derive({ as: 'scoped' }, ({ request, set }) => {
    Object.assign(set.headers, pageHeaders)
    refuseForeignForms(request, config.publicUrl)
  })

/** For all other pages: the same, and somebody who is signed in. */
export const signedIn = ({ config, sessions }: Guarding) =>
  new Elysia({ name: 'signed-in' }).derive({ as: 'scoped' }, ({ request, set }) => {
    Object.assign(set.headers, pageHeaders)
    refuseForeignForms(request, config.publicUrl)
    const person = sessions.person(request)
    if (!person) throw new Failure('sign_in_needed')
    return { person }
  })

const refuseForeignForms = (request: Request, publicUrl: string | null) => {
  const safe = request.method === 'GET' || request.method === 'HEAD'
  if (!safe && !isFromOurPages(request, publicUrl)) throw new Failure('cross_site')
}
