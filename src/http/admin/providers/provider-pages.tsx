import { Elysia } from 'elysia'
import { z } from 'zod'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Passwords } from '../../../people/passwords.ts'
import type { Person } from '../../../people/person.ts'
import { type FindAccounts, requireKind } from '../../../providers/account.ts'
import { credentialPrefix } from '../../../providers/credentials.ts'
import { hookUrl } from '../../../providers/dialling.ts'
import { hookNotice } from '../../../providers/hook-notice.ts'
import { removeProvider, testProvider } from '../../../providers/operations/account.ts'
import { setProvider } from '../../../providers/operations/set.ts'
import { type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import { submit } from '../form.ts'
import { type GuardDeps, signedIn } from '../guard.ts'
import { renderPage } from '../../page/layout.tsx'
import { ProviderPage } from './provider.tsx'
import { inSentence } from '../../../providers/title.ts'
import { run } from '../../../work.ts'

const providerParams = z.object({ agency: z.guid(), provider: z.string() })
type Params = z.infer<typeof providerParams>

export interface ProviderPagesDeps extends GuardDeps, FindAgency {
  accounts: FindAccounts
  passwords: Pick<Passwords, 'isAmong'>
  perform: Perform
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
}

const ownPassword = (title: string) =>
  `One of these values is your callgate password. Nothing was sent to ${inSentence(title)}. Enter the credentials of that account.`
const tooOften = 'There were too many attempts. Wait a minute and try again.'

export const providerPages = (deps: ProviderPagesDeps) => {
  const { accounts, config, passwords, perform, publicUrl } = deps

  const find = async (params: Params) => {
    const kind = requireKind(params.provider)
    const agency = await findAgency(deps, params.agency)
    return { agency, kind, account: await run(accounts.findFor(agency.id, kind.name)) }
  }

  interface Shown {
    baseUrl?: string
    error?: FieldProblem
    complaint?: string
    made?: Record<string, string>
  }
  const page = async (person: Person, params: Params, shown: Shown = {}) => {
    const found = await find(params)
    const url = found.account && hookUrl(publicUrl(), found.kind.name, found.account.id)
    const notice = url && hookNotice(config.publicUrl, url)
    return renderPage(<ProviderPage person={person} {...found} hookUrl={url} notice={notice} {...shown} />)
  }

  return new Elysia({ name: 'provider-pages' })
    .use(signedIn(deps))
    .get(
      '/agencies/:agency/integrations/providers/:provider',
      async ({ person, params }) => await page(person, params),
      {
        params: providerParams,
      },
    )
    .post(
      '/agencies/:agency/integrations/providers/:provider',
      async ({ flash, actor, once, person, params, confirm, readForm, redirect, set }) => {
        const { kind } = await find(params)
        const { base_url: baseUrl = '', ...given } = await readForm()
        const path = `/admin/agencies/${params.agency}/integrations/providers/${kind.name}`
        const options = await once({
          what: 'A signing secret is',
          lost: { href: path, label: 'enter one of your own' },
        })
        const refuse = async (error: FieldProblem, status = 422) => {
          set.status = status
          return await page(person, params, { baseUrl, error })
        }
        // Checks only the values that would be sent: each check is a guess of the password, and a form could hold any
        // number of other fields.
        const values = kind.credentials.flatMap(({ name }) => given[name] ?? [])
        const isOwnPassword = await passwords.isAmong(
          [...values, ...values.map((value) => value.trim())],
          person,
        )
        if (isOwnPassword === undefined) return await refuse({ sentence: tooOften }, 429)
        if (isOwnPassword) return await refuse({ sentence: ownPassword(kind.title) })
        await run(confirm())
        const input = { ...params, credential: given, base_url: baseUrl }
        const fields = Object.fromEntries(
          kind.credentials.map(({ name }) => [`${credentialPrefix}${name}`, name]),
        )
        const { done, error } = await submit(perform(setProvider, input, actor, options), { fields })
        if (!done) return await refuse(error)
        flash(`Saved the ${inSentence(kind.title)} account. The credentials were accepted.`)
        if (done.hook_secret === undefined) return redirect(path, 303)
        return await page(person, params, { made: { hook_secret: done.hook_secret } })
      },
      { parse: 'none', params: providerParams },
    )
    .post(
      '/agencies/:agency/integrations/providers/:provider/test',
      async ({ actor, flash, person, params, redirect, set }) => {
        const { done, error } = await submit(perform(testProvider, params, actor))
        if (!done) {
          set.status = 422
          return await page(person, params, { complaint: `The test failed. ${error.sentence}` })
        }
        flash(testProvider.says?.(done, params) ?? '')
        return redirect(`/admin/agencies/${params.agency}/integrations/providers/${params.provider}`, 303)
      },
      { parse: 'none', params: providerParams },
    )
    .post(
      '/agencies/:agency/integrations/providers/:provider/remove',
      async ({ flash, actor, params, redirect, readForm }) => {
        await readForm()
        await perform(removeProvider, params, actor)
        flash(`Removed the ${inSentence(requireKind(params.provider).title)} account.`)
        return redirect(`/admin/agencies/${params.agency}/integrations`, 303)
      },
      { parse: 'none', params: providerParams },
    )
}
