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

const factorParams = z.object({ factor: z.guid() })

export interface FactorPagesDeps extends GuardDeps {
  audit: GuardDeps['audit'] & AuditedChange
  people: { factorAudience(): FactorAudience }
  factors: GuardDeps['factors'] & {
    find(personId: string, id: string): Factor | undefined
    rename(personId: string, id: string, name: string): void
    remove(personId: string, id: string): Factor | undefined
    setRecoveryCodes(personId: string, hashes: readonly string[]): void
    countRecoveryCodes(personId: string): number
  }
  clock: Pick<Clock, 'now'>
}

/** A factor in an audit entry. */
export const factorTarget = ({ kind, name }: Pick<Factor, 'kind' | 'name'>) =>
  `${factorTitles[kind]}: ${name}`

/** A person's own second factors. The list is also the first page of whoever has to set one up. */
export const factorPages = (deps: FactorPagesDeps) => {
  const { audit, clock, factors, people, sessions } = deps

  const find = ({ id }: Person, factorId: string) => {
    const factor = factors.find(id, factorId)
    if (!factor) throw new ApiError('not_found', { detail: 'There is no such second factor.' })
    return factor
  }
  const isNeeded = (person: Person) =>
    needsFactor(people.factorAudience(), person) && factors.list(person.id).length === 1
  const entry = (actor: Actor, person: Person, action: Action, target?: string) => ({
    ...actedBy(actor, clock.now()),
    action,
    agency: person.agencyId,
    ...(target !== undefined && { target }),
  })
  const factorPage = (
    person: Person,
    factor: Factor,
    shown: { name?: string | undefined; error?: FieldProblem } = {},
  ) => renderPage(<FactorPage person={person} factor={factor} isNeeded={isNeeded(person)} {...shown} />)

  const list = new Elysia({ name: 'factor-list' })
    .use(enrolling(deps))
    .get('/account/second-factor', ({ person, request }) =>
      renderPage(
        <FactorsPage
          person={sessions.person(request) ? person : null}
          factors={factors.list(person.id)}
          recoveryCodes={factors.countRecoveryCodes(person.id)}
        />,
      ),
    )

  const changes = new Elysia({ name: 'factor-changes' })
    .use(signedIn(deps))
    .get(
      '/account/factors/:factor',
      ({ person, params }) => factorPage(person, find(person, params.factor)),
      { params: factorParams },
    )
    .post(
      '/account/factors/:factor',
      async ({ flash, actor, person, params, readForm, redirect, set }) => {
        const { name } = await readForm()
        const given = nameSchema.safeParse(name)
        const factor = find(person, params.factor)
        if (!given.success) {
          set.status = 422
          const sentence = given.error.issues[0]?.message ?? ''
          return factorPage(person, factor, { name, error: { sentence, field: 'name' } })
        }
        const target = factorTarget({ ...factor, name: given.data })
        audit.change(
          () => factors.rename(person.id, factor.id, given.data),
          entry(actor, person, 'second_factor.renamed', target),
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
        const factor = find(person, params.factor)
        if (isNeeded(person)) {
          set.status = 422
          return factorPage(person, factor)
        }
        const ends = `${factor.name} no longer signs you in. Your sessions continue.`
        requireAgreedTo(actor, 'own.second-factor', ends, remaining(factors.list(person.id).length - 1))
        actor.requireConfirmed()
        const removed = entry(actor, person, 'second_factor.removed', factorTarget(factor))
        audit.change(() => factors.remove(person.id, factor.id), removed)
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
        const options = once(shownCodes)
        if (factors.list(person.id).length === 0) return redirect(factorsPath, 303)
        const unused = factors.countRecoveryCodes(person.id)
        if (unused > 0) {
          const impact = unused === 1 ? '1 of them is unused.' : `${unused} of them are unused.`
          requireAgreedTo(actor, 'own.recovery-codes', 'Your present recovery codes stop working.', impact)
        }
        actor.requireConfirmed()
        const codes = newRecoveryCodes()
        audit.change(() => factors.setRecoveryCodes(person.id, codes.map(recoveryCodeHash)), {
          ...entry(actor, person, 'recovery_codes.created'),
          ...options,
        })
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
