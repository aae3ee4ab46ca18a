import { Elysia } from 'elysia'
import { renderPage } from '../../page/layout.tsx'
import { type GuardDeps, signedIn } from '../guard.ts'
import { findAll, type FindDeps, onlyHit } from './find.ts'
import { FindPage } from './find.tsx'
import { run } from '../../../work.ts'

/** As long as an agency's name or an e-mail address may be, and more. */
const textMost = 200

export type FindPagesDeps = GuardDeps & FindDeps

/** The search box of the top bar: goes straight to what a text names, or lists what it may mean. */
export const findPages = (deps: FindPagesDeps) =>
  new Elysia({ name: 'find-pages' })
    .use(signedIn(deps))
    .get('/find', async ({ person, request, redirect }) => {
      const text = (new URL(request.url).searchParams.get('q') ?? '').trim().slice(0, textMost)
      const hits = await findAll(deps, person, text)
      const only = onlyHit(hits)
      if (only) return redirect(only.href, 303)
      const of = hits.flatMap(({ agencyId }) => (agencyId === null ? [] : [agencyId]))
      const agencyNames =
        person.role === 'operator' ? await run(deps.search.agencyNames(of)) : new Map<string, string>()
      return renderPage(<FindPage person={person} text={text} hits={hits} agencyNames={agencyNames} />)
    })
