import { Elysia } from 'elysia'
import { ApiError } from '../../../failures.ts'
import type { Person } from '../../../people/person.ts'
import type { AuditLine } from '../../../audit.ts'
import { cursorAfter, cursorSchema } from '../../cursor.ts'
import { agencyParams, type FindAgency, findAgency } from '../agencies/agency-pages.tsx'
import { csvBody, csvHeaders } from '../csv.ts'
import { type GuardDeps, operatorOnly, signedIn } from '../guard.ts'
import { AgencyAuditPage, AuditPage } from './audit.tsx'
import { renderPage } from '../../page/layout.tsx'

const linesAtOnce = 50
/** The entries per read of a download, which must not delay other requests. */
const downloadedAtOnce = 500

type Viewer = Pick<Person, 'agencyId'>

interface Audit {
  /** Newest first, as the viewer may see it. */
  listFor(
    viewer: Viewer,
    query: { agency?: string | undefined; before?: string | undefined; limit: number },
  ): AuditLine[]
}

export interface AuditPagesDeps extends GuardDeps {
  audit: Audit
}

/** The audit of an agency. */
export const agencyAuditPages = (deps: AuditPagesDeps & FindAgency) =>
  new Elysia({ name: 'agency-audit-pages' })
    .use(signedIn(deps))
    .get(
      '/agencies/:agency/audit',
      ({ person, params, request }) => {
        const agency = findAgency(deps, params.agency)
        const shown = readPage(deps.audit, person, request, agency.id)
        return renderPage(<AgencyAuditPage person={person} agency={agency} {...shown} />)
      },
      { params: agencyParams },
    )
    .get(
      '/agencies/:agency/audit.csv',
      ({ person, params, set }) => {
        const agency = findAgency(deps, params.agency)
        Object.assign(set.headers, csvHeaders('audit'))
        return download(deps.audit, person, agency.id)
      },
      { params: agencyParams },
    )

/** The audit of the whole gate. */
export const auditPages = (deps: AuditPagesDeps) =>
  new Elysia({ name: 'audit-pages' })
    .use(operatorOnly(deps))
    .get('/audit', ({ person, request }) =>
      renderPage(<AuditPage person={person} {...readPage(deps.audit, person, request)} />),
    )
    .get('/audit.csv', ({ person, set }) => {
      Object.assign(set.headers, csvHeaders('audit'))
      return download(deps.audit, person)
    })

const beforeSchema = cursorSchema('not one of ours').optional()

const readPage = (audit: Audit, viewer: Viewer, { url }: Request, agency?: string) => {
  const before = beforeSchema.safeParse(new URL(url).searchParams.get('before') || undefined)
  if (!before.success) throw new ApiError('invalid_query', { detail: 'there is no such page' })
  const found = audit.listFor(viewer, { agency, before: before.data, limit: linesAtOnce + 1 })
  const lines = found.slice(0, linesAtOnce)
  const last = lines.at(-1)
  const older = found.length > linesAtOnce && last ? cursorAfter(last.id) : undefined
  return { lines, older, isNewest: before.data === undefined }
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

/** All entries, newest first. */
const download = (audit: Audit, viewer: Viewer, agency?: string) =>
  new Response(csvBody(columns, partsOf(audit, viewer, agency)))

function* partsOf(audit: Audit, viewer: Viewer, agency: string | undefined) {
  for (let before: string | undefined; ;) {
    const lines = audit.listFor(viewer, { agency, before, limit: downloadedAtOnce })
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
