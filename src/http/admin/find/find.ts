import type { Agency } from '../../../agencies/agency.ts'
import type { Agent } from '../../../agencies/agent.ts'
import type { EnvironmentName } from '../../../agencies/environment.ts'
import type { Call } from '../../../calls/call.ts'
import type { CheckPolicy } from '../../../calls/check-policy.ts'
import { numbersTyped } from '../../../calls/typed-number.ts'
import type { Person } from '../../../people/person.ts'
import type { Refused } from '../../../usage/recent-refusals.ts'
import { reasonInWords } from '../usage/reasons.ts'
import { requestPath } from '../usage/request.tsx'
import { numberOf, statusTitles } from '../../page/words.tsx'
import { run, type Work } from '../../../work.ts'

type FoundCall = Pick<Call, 'id' | 'agencyId' | 'environmentId' | 'phoneNumber' | 'status' | 'createdAt'>

export interface FindDeps {
  search: {
    agenciesLike(text: string, limit: number): Work<Agency[]>
    peopleLike(text: string, limit: number): Work<{ id: string; email: string; agencyId: string | null }[]>
    /** The newest of each environment: of these, or of all. */
    callsTo(phoneNumber: string, limit: number, environmentIds?: string[]): Work<FoundCall[]>
    callsOfProvider(theirId: string, limit: number): Work<FoundCall[]>
    callOfRequest(requestId: string): Work<FoundCall | undefined>
    keysEnding(
      last4: string,
      limit: number,
    ): Work<{ agencyId: string; environment: EnvironmentName; last4: string; replacedAt: number | null }[]>
    agencyNames(ids: string[]): Work<Map<string, string>>
  }
  agencies: { find(id: string): Work<Agency | undefined> }
  agents: { find(id: string): Work<Pick<Agent, 'id' | 'agencyId' | 'name'> | undefined> }
  calls: { find(id: string): Work<Call | undefined> }
  environments: {
    list(agencyId: string): Work<{ id: string }[]>
    /** Of an environment that is known by its id alone. */
    agencyOf(id: string): Work<string | undefined>
  }
  usage: { refusal(requestId: string): Work<Refused | undefined> }
  policy: Pick<CheckPolicy, 'policyFor'>
}

export interface Hit {
  kind: 'Agency' | 'Agent' | 'API key' | 'Call' | 'Calls' | 'Person' | 'Request'
  title: string
  href: string
  /** The agency that it is of; null for what is of none. */
  agencyId: string | null
  detail?: string
  at?: number
  /** True where the text names it, and not only a part of it. */
  isExact: boolean
}

const mostOfAKind = 10
const uuidPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/
const last4Pattern = /^[….]*([0-9A-Za-z]{4})$/
/** Ids of providers have no spaces. */
const theirIdPattern = /^\S{3,100}$/

/** What a person may have meant by a text, of what that person may see. */
export const findAll = async (
  deps: FindDeps,
  person: Pick<Person, 'role' | 'agencyId'>,
  text: string,
): Promise<Hit[]> => {
  const asked = text.trim()
  if (asked.length < 2) return []
  const id = asked.toLowerCase()
  const found = [
    ...(uuidPattern.test(id) ? await byId(deps, id) : []),
    ...(await byNumber(deps, person, asked)),
    ...(theirIdPattern.test(asked)
      ? (await run(deps.search.callsOfProvider(asked, mostOfAKind))).map(callHit)
      : []),
    ...(await byKey(deps, asked)),
    ...(await byName(deps, person, asked)),
  ]
  const mayBeSeen = found.filter(({ agencyId }) => person.role === 'operator' || agencyId === person.agencyId)
  return [...new Map(mayBeSeen.map((hit) => [hit.href, hit])).values()]
}

/** The only thing that the text names, if it is one. */
export const onlyHit = (hits: readonly Hit[]): Hit | undefined => {
  const exact = hits.filter(({ isExact }) => isExact)
  return exact.length === 1 ? exact[0] : undefined
}

const callHit = (call: FoundCall): Hit => ({
  kind: 'Call',
  title: `Call to ${numberOf(call)}`,
  href: `/admin/agencies/${call.agencyId}/calls/${call.id}`,
  agencyId: call.agencyId,
  detail: statusTitles[call.status],
  at: call.createdAt,
  isExact: true,
})

const byId = async (
  { agencies, agents, calls, environments, search, usage }: FindDeps,
  id: string,
): Promise<Hit[]> => {
  const agency = await run(agencies.find(id))
  const agent = await run(agents.find(id))
  const call = (await run(calls.find(id))) ?? (await run(search.callOfRequest(id)))
  const refused = await run(usage.refusal(id))
  const agencyId = refused && (await run(environments.agencyOf(refused.environmentId)))
  return [
    ...(agency ? [agencyHit(agency, true)] : []),
    ...(call ? [callHit(call)] : []),
    ...(agent
      ? [
          {
            kind: 'Agent' as const,
            title: agent.name,
            href: `/admin/agencies/${agent.agencyId}/agents/${agent.id}`,
            agencyId: agent.agencyId,
            isExact: true,
          },
        ]
      : []),
    ...(refused && agencyId !== undefined
      ? [
          {
            kind: 'Request' as const,
            title: `Rejected request ${id}`,
            href: requestPath(agencyId, id),
            agencyId,
            detail: reasonInWords(refused.code),
            at: refused.at,
            isExact: true,
          },
        ]
      : []),
  ]
}

const agencyHit = ({ id, name }: Agency, isExact: boolean): Hit => ({
  kind: 'Agency',
  title: name,
  href: `/admin/agencies/${id}`,
  agencyId: id,
  isExact,
})

/** The only call to a number, or the list of an agency's calls to it. */
const byNumber = async (
  { environments, policy, search }: FindDeps,
  { agencyId: own }: Pick<Person, 'agencyId'>,
  text: string,
): Promise<Hit[]> => {
  const { countries } = (await run(policy.policyFor({ agencyId: own, environmentId: null }))).rules
  const within = own === null ? undefined : (await run(environments.list(own))).map(({ id }) => id)
  const numbers = numbersTyped(text, countries === null || countries.includes('*') ? null : countries)
  const hits: Hit[] = []
  for (const number of numbers) {
    const calls = await run(search.callsTo(number, 2, within))
    for (const [agencyId, [first, second]] of Map.groupBy(calls, (call) => call.agencyId)) {
      const href = `/admin/agencies/${agencyId}/calls?${new URLSearchParams({ number })}`
      const all: Hit = { kind: 'Calls', title: `All calls to ${number}`, href, agencyId, isExact: true }
      hits.push(first && !second ? callHit(first) : all)
    }
  }
  return hits
}

const byKey = async ({ search }: FindDeps, text: string): Promise<Hit[]> => {
  const [, last4] = last4Pattern.exec(text) ?? []
  if (last4 === undefined) return []
  return (await run(search.keysEnding(last4, mostOfAKind))).map(({ agencyId, environment, replacedAt }) => ({
    kind: 'API key',
    title: `bvai_sk_…${last4}`,
    href: `/admin/agencies/${agencyId}/integrations/api#${environment}-key`,
    agencyId,
    detail: replacedAt === null ? environment : `${environment}, replaced`,
    isExact: true,
  }))
}

const byName = async (
  { agencies, search }: FindDeps,
  { role, agencyId }: Pick<Person, 'role' | 'agencyId'>,
  text: string,
): Promise<Hit[]> => {
  const wanted = text.toLowerCase()
  if (role !== 'operator') {
    const own = agencyId === null ? undefined : await run(agencies.find(agencyId))
    return own?.name.toLowerCase().includes(wanted) ? [agencyHit(own, own.name.toLowerCase() === wanted)] : []
  }
  const people = (await run(search.peopleLike(text, mostOfAKind))).map(
    ({ id, email, agencyId: of }): Hit => ({
      kind: 'Person',
      title: email,
      href: `/admin/people/${id}/sessions`,
      agencyId: of,
      isExact: email === wanted,
    }),
  )
  const named = (await run(search.agenciesLike(text, mostOfAKind))).map((agency) =>
    agencyHit(agency, agency.name.toLowerCase() === wanted),
  )
  return [...named, ...people]
}
