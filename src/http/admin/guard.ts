import { Elysia } from 'elysia'
import { Failure } from '../../failures.ts'
import type { Services } from '../../services.ts'
import { isFromOurPages } from './cross-site.ts'
import { doer } from './doer.ts'
import { pageHeaders } from './headers.ts'

type Guarding = Pick<Services, 'clock' | 'config' | 'sessions'>

/** For pages that anyone may see: their headers, and no form from elsewhere. */
export const anyone = ({ config }: Pick<Guarding, 'config'>) =>
  new Elysia({ name: 'anyone' }).derive({ as: 'scoped' }, ({ request, set }) => {
    Object.assign(set.headers, pageHeaders)
    refuseForeignForms(request, config.publicUrl)
  })

/** For all other pages: the same, and somebody who is signed in; `by` is who that is, for the audit. */
export const signedIn = ({ clock, config, sessions }: Guarding) =>
  new Elysia({ name: 'signed-in' }).derive({ as: 'scoped' }, ({ request, server, set }) => {
    Object.assign(set.headers, pageHeaders)
    refuseForeignForms(request, config.publicUrl)
    const person = sessions.person(request)
    if (!person) throw new Failure('sign_in_needed')
    return { person, by: doer(person.email, { request, server }, clock.now()) }
  })

const refuseForeignForms = (request: Request, publicUrl: string | null) => {
  const safe = request.method === 'GET' || request.method === 'HEAD'
  if (!safe && !isFromOurPages(request, publicUrl)) throw new Failure('cross_site')
}
