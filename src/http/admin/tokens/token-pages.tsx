import { Elysia } from 'elysia'
import { z } from 'zod'
import { createToken, revokeToken } from '../../../people/operations/tokens.ts'
import type { Agency } from '../../../agencies/agency.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Operation } from '../../../operation/operation.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Person } from '../../../people/person.ts'
import { submit } from '../form.ts'
import { type GuardDeps, operatorOnly } from '../guard.ts'
import { renderPage } from '../../page/layout.tsx'
import { type ListedToken, NewTokenPage, RevokeTokenPage, type TypedToken, TokensPage } from './tokens.tsx'
import { run, type Work } from '../../../work.ts'

const tokenParams = z.object({ token: z.guid() })

export interface TokenPagesDeps extends GuardDeps {
  adminTokens: { list(): Work<ListedToken[]> }
  agencies: { list(): Work<Agency[]> }
  operations: readonly Pick<Operation, 'name'>[]
  perform: Perform
}

/** The pages of admin tokens, for operators. */
export const tokenPages = (deps: TokenPagesDeps) => {
  const { adminTokens, agencies, operations, perform } = deps

  const page = async (person: Person, shown: { typed?: TypedToken; error?: FieldProblem } = {}) =>
    renderPage(
      <TokensPage
        person={person}
        tokens={await run(adminTokens.list())}
        agencies={await run(agencies.list())}
        operations={operations.map(({ name }) => name)}
        {...shown}
      />,
    )

  return new Elysia({ name: 'token-pages' })
    .use(operatorOnly(deps))
    .get('/tokens', async ({ person }) => await page(person))
    .post(
      '/tokens',
      async ({ actor, flash, once, person, readForm, set }) => {
        const form = await readForm()
        const options = await once(shownToken)
        const { done, error } = await submit(perform(createToken, inputFrom(form), actor, options), {
          fields: { expires_at: 'expires_on' },
        })
        if (done) {
          flash(`Created the admin token ${done.name}.`)
          return renderPage(<NewTokenPage person={person} name={done.name} token={done.token} />)
        }
        set.status = 422
        return await page(person, { typed: form, error })
      },
      { parse: 'none' },
    )
    .get(
      '/tokens/:token/revoke',
      async ({ actor, person, params, redirect }) => {
        const asked = await perform.question(revokeToken, params, actor)
        if (!asked) return redirect('/admin/tokens', 303)
        return renderPage(<RevokeTokenPage person={person} id={params.token} asked={asked} />)
      },
      { params: tokenParams },
    )
    .post(
      '/tokens/:token/revoke',
      async ({ actor, flash, params, redirect, readForm }) => {
        await readForm()
        const { name } = await perform(revokeToken, params, actor)
        flash(`The admin token ${name} has stopped working.`)
        return redirect('/admin/tokens', 303)
      },
      { parse: 'none', params: tokenParams },
    )
}

const shownToken = {
  what: 'An admin token is',
  lost: { href: '/admin/tokens', label: 'revoke the token and create another one' },
}

/** Lists may use blanks or commas; a date means the end of that day in UTC. */
const inputFrom = ({ name = '', permission = '', agency, expires_on, allow_from = '' }: TypedToken) => ({
  name,
  permission: wordsIn(permission),
  ...(agency ? { agency } : {}),
  ...(expires_on ? { expires_at: `${expires_on}T23:59:59Z` } : {}),
  allow_from: wordsIn(allow_from),
})

const wordsIn = (text: string) => text.split(/[\s,]+/).filter((word) => word !== '')
