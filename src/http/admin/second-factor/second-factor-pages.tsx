import { Elysia } from 'elysia'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Person } from '../../../people/person.ts'
import type { Sessions } from '../../../people/sessions.ts'
import { renderPage } from '../../page/layout.tsx'
import { type GuardDeps, passingSecondFactor } from '../guard.ts'
import { nextOf, ownPage } from '../entrance/going-to.ts'
import { createProve, type ProveDeps } from './prove.ts'
import { relyingParty } from './relying-party.ts'
import { SecondFactorPage } from './second-factor.tsx'
import { run } from '../../../work.ts'

/** The same message for a wrong factor, a used one and too many attempts. */
const wrongFactor =
  'The code or passkey is wrong or was already used, or there were too many attempts. Wait a moment and try again.'

export type SecondFactorPagesDeps = GuardDeps &
  ProveDeps & { sessions: GuardDeps['sessions'] & Pick<Sessions, 'renew'> }

/** The second step of signing in, for people who have a second factor. */
export const secondFactorPages = (deps: SecondFactorPagesDeps) => {
  const { config, factors, passkeys, sessions } = deps
  const prove = createProve(deps)

  const page = async ({ id }: Person, next: string, error?: FieldProblem) => {
    const kinds = new Set((await run(factors.list(id))).map(({ kind }) => kind))
    return renderPage(<SecondFactorPage kinds={kinds} next={next} error={error} />)
  }

  return new Elysia({ name: 'second-factor-pages' })
    .use(passingSecondFactor(deps))
    .get('/second-factor', async ({ person, request, redirect }) =>
      (await run(sessions.person(request)))
        ? redirect(nextOf(request), 303)
        : await page(person, nextOf(request)),
    )
    .post(
      '/second-factor',
      async ({ actor, person, readForm, redirect, request, server, set }) => {
        const { code = '', passkey, next: wanted } = await readForm()
        const next = ownPage(wanted)
        const signedIn = await run(sessions.find(request))
        if (signedIn?.missing !== 'second_factor') return redirect(next, 303)
        const proof = passkey ? { passkey } : { code }
        const rp = relyingParty({ request, server }, config)
        const proved = await prove(proof, { person, actor, rp }, function* (used) {
          return {
            done: yield* sessions.renew(signedIn, { hasFactor: true }),
            entry: { action: 'signed_in', target: used },
          }
        })
        if ('done' in proved) {
          set.headers['set-cookie'] = proved.done
          return redirect(next, 303)
        }
        set.status = proved.retryAfterSeconds === undefined ? 401 : 429
        if (proved.retryAfterSeconds !== undefined)
          set.headers['retry-after'] = String(proved.retryAfterSeconds)
        return await page(person, next, { sentence: wrongFactor, field: passkey ? 'passkey' : 'code' })
      },
      { parse: 'none' },
    )
    .get('/second-factor/passkey', async ({ person, request, server, set }) => {
      set.headers['content-type'] = 'application/json'
      return JSON.stringify(await passkeys.requestOptions(relyingParty({ request, server }, config), person))
    })
}
