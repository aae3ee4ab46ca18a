import { Elysia } from 'elysia'
import { holdsSlot } from '../../../calls/call.ts'
import { releaseCall } from '../../../calls/operations/end.ts'
import type { Perform } from '../../../operation/perform.ts'
import { type GuardDeps, operatorOnly } from '../guard.ts'
import { renderPage } from '../../page/layout.tsx'
import { callPath, ReleasePage } from './call.tsx'
import { callParams, createFindView, type FindViewDeps } from './find-view.ts'

export interface ReleasePagesDeps extends GuardDeps, FindViewDeps {
  perform: Perform
}

/** Releasing a slot by hand, which is the operator's: an agency must not free its own slots. */
export const releasePages = (deps: ReleasePagesDeps) => {
  const { find } = createFindView(deps)
  return new Elysia({ name: 'release-pages' })
    .use(operatorOnly(deps))
    .get(
      '/agencies/:agency/calls/:call/release',
      async ({ actor, person, params, redirect }) => {
        const { agency, call } = await find(params)
        const asked = holdsSlot(call) ? await deps.perform.question(releaseCall, params, actor) : undefined
        if (!asked) return redirect(callPath(call), 303)
        return renderPage(<ReleasePage person={person} agency={agency} call={call} asked={asked} />)
      },
      { params: callParams },
    )
    .post(
      '/agencies/:agency/calls/:call/release',
      async ({ flash, actor, params, redirect, readForm }) => {
        await readForm()
        await deps.perform(releaseCall, params, actor)
        flash('The slot is free.')
        return redirect(callPath({ agencyId: params.agency, id: params.call }), 303)
      },
      { parse: 'none', params: callParams },
    )
}
