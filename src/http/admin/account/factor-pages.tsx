import { Elysia } from 'elysia'
import { z } from 'zod'
import { type Action, actedBy, type AuditedChange } from '../../../audit.ts'
import type { Clock } from '../../../clock.ts'
import { ApiError } from '../../../failures.ts'
import { nameSchema } from '../../../names.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Actor } from '../../../people/actor.ts'
import { type Factor, type FactorAudience, factorTitles, needsFactor } from '../../../people/factor.ts'
import type { Person } from '../../../people/person.ts'
import { newRecoveryCodes, recoveryCodeHash } from '../../../people/recovery-codes.ts'
import { counted, renderPage } from '../../page/layout.tsx'
import { enrolling, type GuardDeps, signedIn } from '../guard.ts'
import { requireAgreedTo } from './own-question.ts'
import { FactorPage, FactorsPage, factorsPath, RecoveryCodesPage, shownCodes } from './factors.tsx'
import { run, type Work } from '../../../work.ts'

const factorParams = z.object({ factor: z.guid() })

export interface FactorPagesDeps extends GuardDeps {
  audit: GuardDeps['audit'] & AuditedChange
  people: { factorAudience(): Work<FactorAudience> }
  factors: GuardDeps['factors'] & {
    find(personId: string, id: string): Work<Factor | undefined>
    rename(personId: string, id: string, name: string): Work<void>
    remove(personId: string, id: string): Work<Factor | undefined>
    setRecoveryCodes(personId: string, hashes: readonly string[]): Work<void>
    countRecoveryCodes(personId: string): Work<number>
  }
  clock: Pick<Clock, 'now'>
}

/** A factor in an audit entry. */
export const factorTarget = ({ kind, name }: Pick<Factor, 'kind' | 'name'>) =>
  `${factorTitles[kind]}: ${name}`

/** A person's own second factors. The list is also the first page of whoever has to set one up. */
export const factorPages = (deps: FactorPagesDeps) => {
  const { audit, clock, factors, people, sessions } = deps

  const find = async ({ id }: Person, factorId: string) => {
    const factor = await run(factors.find(id, factorId))
    if (!factor) throw new ApiError('not_found', { detail: 'There is no such second factor.' })
    return factor
  }
  const isNeeded = function* (person: Person) {
    return (
      needsFactor(yield* people.factorAudience(), person) && (yield* factors.list(person.id)).length === 1
    )
  }
  const entry = (actor: Actor, person: Person, action: Action, target?: string) => ({
    ...actedBy(actor, clock.now()),
    action,
    agency: person.agencyId,
    ...(target !== undefined && { target }),
  })
  const factorPage = async (
    person: Person,
    factor: Factor,
    shown: { name?: string | undefined; error?: FieldProblem } = {},
  ) =>
    renderPage(
      <FactorPage person={person} factor={factor} isNeeded={await run(isNeeded(person))} {...shown} />,
    )

  const list = new Elysia({ name: 'factor-list' })
    .use(enrolling(deps))
    .get('/account/second-factor', async ({ person, request }) =>
      renderPage(
        <FactorsPage
          person={(await run(sessions.person(request))) ? person : null}
          factors={await run(factors.list(person.id))}
          recoveryCodes={await run(factors.countRecoveryCodes(person.id))}
        />,
      ),
    )

  const changes = new Elysia({ name: 'factor-changes' })
    .use(signedIn(deps))
    .get(
      '/account/factors/:factor',
      async ({ person, params }) => await factorPage(person, await find(person, params.factor)),
      { params: factorParams },
    )
    .post(
      '/account/factors/:factor',
      async ({ flash, actor, person, params, readForm, redirect, set }) => {
        const { name } = await readForm()
        const given = nameSchema.safeParse(name)
        const factor = await find(person, params.factor)
        if (!given.success) {
          set.status = 422
          const sentence = given.error.issues[0]?.message ?? ''
          return await factorPage(person, factor, { name, error: { sentence, field: 'name' } })
        }
        const target = factorTarget({ ...factor, name: given.data })
        await run(
          audit.change(
            () => factors.rename(person.id, factor.id, given.data),
            entry(actor, person, 'second_factor.renamed', target),
          ),
        )
        flash(`Renamed to ${given.data}.`)
        return redirect(factorsPath, 303)
      },
      { parse: 'none', params: factorParams },
    )
    .post(
      '/account/factors/:factor/remove',
      async ({ flash, actor, person, params, readForm, redirect, set }) => {
        await readForm()
        const factor = await find(person, params.factor)
        if (await run(isNeeded(person))) {
          set.status = 422
          return await factorPage(person, factor)
        }
        const ends = `${factor.name} no longer signs you in. Your sessions continue.`
        requireAgreedTo(
          actor,
          'own.second-factor',
          ends,
          remaining((await run(factors.list(person.id))).length - 1),
        )
        await run(actor.requireConfirmed())
        const remove = function* () {
          yield* actor.confirm()
          if (yield* isNeeded(person)) return false
          yield* factors.remove(person.id, factor.id)
          return true
        }
        const removed = entry(actor, person, 'second_factor.removed', factorTarget(factor))
        if (!(await run(audit.change(remove, (isDone) => (isDone ? removed : undefined))))) {
          set.status = 422
          return await factorPage(person, factor)
        }
        flash(`Removed ${factor.name}. It no longer signs you in.`)
        return redirect(factorsPath, 303)
      },
      { parse: 'none', params: factorParams },
    )
    // The redirect for a reload of the page that showed the codes.
    .get('/account/recovery-codes', ({ redirect }) => redirect(factorsPath, 303))
    .post(
      '/account/recovery-codes',
      async ({ flash, actor, once, person, readForm, redirect }) => {
        await readForm()
        const options = await once(shownCodes)
        if ((await run(factors.list(person.id))).length === 0) return redirect(factorsPath, 303)
        const unused = await run(factors.countRecoveryCodes(person.id))
        if (unused > 0) {
          const impact = unused === 1 ? '1 of them is unused.' : `${unused} of them are unused.`
          requireAgreedTo(actor, 'own.recovery-codes', 'Your present recovery codes stop working.', impact)
        }
        await run(actor.requireConfirmed())
        const codes = newRecoveryCodes()
        await run(
          audit.change(() => factors.setRecoveryCodes(person.id, codes.map(recoveryCodeHash)), {
            ...entry(actor, person, 'recovery_codes.created'),
            ...options,
          }),
        )
        flash('Created new recovery codes. The earlier ones have stopped working.')
        return renderPage(<RecoveryCodesPage person={person} codes={codes} />)
      },
      { parse: 'none' },
    )

  return new Elysia({ name: 'factor-pages' }).use(list).use(changes)
}

const remaining = (others: number) =>
  others === 0
    ? 'Then your password alone signs you in.'
    : `You keep ${counted(others, 'other second factor')}.`
