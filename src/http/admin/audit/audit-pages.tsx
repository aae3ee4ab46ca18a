import { Elysia } from 'elysia'
import { verifyAudit } from '../../../audit/operations/verify.ts'
import type { Perform } from '../../../operation/perform.ts'
import type { Person } from '../../../people/person.ts'
import type { AuditLine, AuditQuery, ChainState } from '../../../audit.ts'
import { cursorAfter } from '../../cursor.ts'
import { agencyParams, type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import { csvBody, csvHeaders } from '../csv.ts'
import { type GuardDeps, operatorOnly, signedIn } from '../guard.ts'
import { AgencyAuditPage, AuditPage, type VerifiedChain } from './audit.tsx'
import { auditQuery, readAuditFilter } from './audit-filter.tsx'
import { renderPage } from '../../page/layout.tsx'
import { run, type Work } from '../../../work.ts'

const linesAtOnce = 50
/** The entries per read of a download, which must not delay other requests. */
const downloadedAtOnce = 500

type Viewer = Pick<Person, 'agencyId'>

interface Audit {
  /** Newest first, as the viewer may see it. */
  listFor(
    viewer: Viewer,
    query: AuditQuery & { before?: string | undefined; limit: number },
  ): Work<AuditLine[]>
}

export interface AuditPagesDeps extends GuardDeps {
  audit: GuardDeps['audit'] & Audit
  perform: Perform
}

/** The audit of an agency. */
export const agencyAuditPages = (deps: AuditPagesDeps & FindAgency) =>
  new Elysia({ name: 'agency-audit-pages' })
    .use(signedIn(deps))
    .get(
      '/agencies/:agency/audit',
      async ({ person, params, request }) => {
        const agency = await findAgency(deps, params.agency)
        const shown = await readPage(deps.audit, person, request, agency.id)
        return renderPage(<AgencyAuditPage person={person} agency={agency} {...shown} />)
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/audit.csv',
      async ({ person, params, request, set }) => {
        const agency = await findAgency(deps, params.agency)
        const { filter } = readAuditFilter(request, person.timeZone)
        Object.assign(set.headers, csvHeaders('audit'))
        return await download(deps.audit, person, { ...auditQuery(filter), agency: agency.id })
      },
      { params: agencyParams },
    )

/** The audit of the whole gate. */
export const auditPages = (deps: AuditPagesDeps) => {
  let verified: VerifiedChain | undefined
  let verifying: Promise<ChainState> | undefined

  return new Elysia({ name: 'audit-pages' })
    .use(operatorOnly(deps))
    .get('/audit', async ({ person, request }) =>
      renderPage(
        <AuditPage person={person} verified={verified} {...await readPage(deps.audit, person, request)} />,
      ),
    )
    .post(
      '/audit/verify',
      async ({ actor, redirect }) => {
        // One at a time, however often it is asked for: it reads every entry.
        verifying ??= deps.perform(verifyAudit, {}, actor).finally(() => (verifying = undefined))
        verified = { ...(await verifying), at: deps.clock.now() }
        return redirect('/admin/audit', 303)
      },
      { parse: 'none' },
    )
    .get('/audit.csv', async ({ person, request, set }) => {
      const { filter } = readAuditFilter(request, person.timeZone)
      Object.assign(set.headers, csvHeaders('audit'))
      return await download(deps.audit, person, auditQuery(filter))
    })
}

const readPage = async (
  audit: Audit,
  viewer: Viewer & { timeZone: string },
  request: { url: string },
  agency?: string,
) => {
  const { filter, before } = readAuditFilter(request, viewer.timeZone)
  const found = await run(
    audit.listFor(viewer, { ...auditQuery(filter), agency, before, limit: linesAtOnce + 1 }),
  )
  const lines = found.slice(0, linesAtOnce)
  const last = lines.at(-1)
  const older = found.length > linesAtOnce && last ? cursorAfter(last.id) : undefined
  return { lines, filter, older, isNewest: before === undefined }
}

const columns = [
  'time',
  'actor',
  'address',
  'agency_id',
  'agency',
  'environment',
  'action',
  'target',
  'actor_id',
  'actor_role',
  'times',
] as const

/** All entries of the query, newest first. */
const download = (audit: Audit, viewer: Viewer, query: AuditQuery) =>
  new Response(csvBody(columns, partsOf(audit, viewer, query)))

async function* partsOf(audit: Audit, viewer: Viewer, query: AuditQuery) {
  for (let before: string | undefined; ;) {
    const lines = await run(audit.listFor(viewer, { ...query, before, limit: downloadedAtOnce }))
    before = lines.at(-1)?.id
    yield lines.map(({ at, agencyId, agencyName, actorId, actorRole, ...line }) => ({
      ...line,
      time: new Date(at).toISOString(),
      agency_id: agencyId,
      agency: agencyName,
      actor_id: actorId,
      actor_role: actorRole,
    }))
    if (lines.length < downloadedAtOnce) return
  }
}
