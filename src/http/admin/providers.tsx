import { Elysia } from 'elysia'
import { z } from 'zod'
import { Failure } from '../../failures.ts'
import { checkAccount } from '../../providers/credentials.ts'
import { hookUrl } from '../../providers/dialling.ts'
import { hookNotice } from '../../providers/hook-notice.ts'
import { findKind } from '../../providers/kinds.ts'
import type { Services } from '../../services.ts'
import type { AccountRow } from '../../storage/accounts.ts'
import type { Person } from '../../people/person.ts'
import { findAgency } from './agencies.tsx'
import { signedIn } from './guard.ts'
import { renderPage } from './pages/layout.tsx'
import { ProviderPage } from './pages/provider.tsx'

const providerParams = z.object({ agency: z.guid(), provider: z.string() })
type Params = z.infer<typeof providerParams>

const ownPassword = (title: string) =>
  `One of these values is the password that you sign in to callgate with. Nothing was sent to ${title}: enter what it gave you.`
const tooOften = 'There were too many attempts. Wait a minute and try again.'

export const providerPages = (services: Services) => {
  const { accounts, audit, clock, config, dialling, passwords, publicUrl } = services
  const destinations = { allowPrivate: config.allowPrivateDestinations }

  const find = (params: Params) => {
    const kind = findKind(params.provider)
    if (!kind) throw new Failure('not_found', { detail: 'There is no such provider.' })
    const agency = findAgency(services, params.agency)
    return { agency, kind, account: accounts.findFor(agency.id, kind.name) }
  }

  /** Under another secret than it was sealed with, an account has nothing to keep. */
  const earlier = (account: AccountRow) => {
    try {
      return { credentials: accounts.open(account), baseUrl: account.baseUrl }
    } catch {
      return undefined
    }
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
      async ({ by, person, params, confirm, readForm, set }) => {
        const { agency, kind, account } = find(params)
        const { base_url: baseUrl = '', ...given } = await readForm()
        const refuse = (error: string, status = 422) => {
          set.status = status
          return page(person, params, { baseUrl, error })
        }
        const checked = checkAccount(kind, given, baseUrl, destinations, account && earlier(account))
        if (checked.problems) return refuse(checked.problems.join(' '))
        const values = Object.values(given).flatMap((value) => [value, value.trim()])
        const isOwnPassword = await passwords.isAmong(values, person)
        if (isOwnPassword === undefined) return refuse(tooOften, 429)
        if (isOwnPassword) return refuse(ownPassword(kind.title))
        confirm()
        const complaint = await dialling.check(kind, checked)
        if (complaint !== undefined) return refuse(complaint)
        confirm()
        audit.change(
          () => accounts.save({ agencyId: agency.id, provider: kind.name, ...checked }, clock.now()),
          {
            ...by,
            action: 'provider.saved',
            agency: agency.id,
            target: kind.title,
          },
        )
        return page(person, params, { made: checked.made })
      },
      { parse: 'none', params: providerParams },
    )
    .post(
      '/agencies/:agency/integrations/providers/:provider/remove',
      ({ by, params, redirect }) => {
        const { agency, kind, account } = find(params)
        const deed = { action: 'provider.removed', agency: agency.id, target: kind.title } as const
        if (account) audit.change(() => accounts.remove(account.id), { ...by, ...deed })
        return redirect(`/admin/agencies/${agency.id}/integrations`, 303)
      },
      { parse: 'none', params: providerParams },
    )
}
