import { Elysia } from 'elysia'
import { z } from 'zod'
import type { Person } from '../../people/person.ts'
import { requireKind } from '../../providers/account.ts'
import { hookUrl } from '../../providers/dialling.ts'
import { hookNotice } from '../../providers/hook-notice.ts'
import { removeProvider } from '../../providers/operations/account.ts'
import { setProvider } from '../../providers/operations/set.ts'
import type { Services } from '../../services.ts'
import { findAgency } from './agencies.tsx'
import { submit } from './form.ts'
import { signedIn } from './guard.ts'
import { renderPage } from './pages/layout.tsx'
import { ProviderPage } from './pages/provider.tsx'

const providerParams = z.object({ agency: z.guid(), provider: z.string() })
type Params = z.infer<typeof providerParams>

const ownPassword = (title: string) =>
  `One of these values is your callgate password. Nothing was sent to ${title}. Enter the credentials that ${title} gave you.`
const tooOften = 'There were too many attempts. Wait a minute and try again.'

export const providerPages = (services: Services) => {
  const { accounts, config, passwords, perform, publicUrl } = services

  const find = (params: Params) => {
    const kind = requireKind(params.provider)
    const agency = findAgency(services, params.agency)
    return { agency, kind, account: accounts.findFor(agency.id, kind.name) }
  }

  interface Shown {
    baseUrl?: string
    error?: string
    made?: Record<string, string>
  }
  const page = (person: Person, params: Params, shown: Shown = {}) => {
    const found = find(params)
    const url = found.account && hookUrl(publicUrl(), found.kind.name, found.account.id)
    const notice = url && hookNotice(config.publicUrl, url)
    return renderPage(<ProviderPage person={person} {...found} hookUrl={url} notice={notice} {...shown} />)
  }

  return new Elysia({ name: 'provider-pages' })
    .use(signedIn(services))
    .get('/agencies/:agency/integrations/providers/:provider', ({ person, params }) => page(person, params), {
      params: providerParams,
    })
    .post(
      '/agencies/:agency/integrations/providers/:provider',
      async ({ actor, person, params, confirm, readForm, set }) => {
        const { kind } = find(params)
        const { base_url: baseUrl = '', ...given } = await readForm()
        const refuse = (error: string, status = 422) => {
          set.status = status
          return page(person, params, { baseUrl, error })
        }
        // Of what would be sent: each value is a guess, and other fields could hold any number of them.
        const values = kind.credentials.flatMap(({ name }) => given[name] ?? [])
        const isOwnPassword = await passwords.isAmong(
          [...values, ...values.map((value) => value.trim())],
          person,
        )
        if (isOwnPassword === undefined) return refuse(tooOften, 429)
        if (isOwnPassword) return refuse(ownPassword(kind.title))
        confirm()
        const input = { ...params, credential: given, base_url: baseUrl }
        const { done, error } = await submit(perform(setProvider, input, actor))
        if (!done) return refuse(error)
        return page(person, params, done.hook_secret ? { made: { hook_secret: done.hook_secret } } : {})
      },
      { parse: 'none', params: providerParams },
    )
    .post(
      '/agencies/:agency/integrations/providers/:provider/remove',
      async ({ actor, params, redirect }) => {
        await perform(removeProvider, params, actor)
        return redirect(`/admin/agencies/${params.agency}/integrations`, 303)
      },
      { parse: 'none', params: providerParams },
    )
}
