import { actions, type AuditLine } from '../../../audit.ts'
import type { Person } from '../../../people/person.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { Layout } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'
import { EnvironmentTag } from '../../page/words.tsx'

interface AuditProps {
  lines: AuditLine[]
  /** The link to older entries, and whether these are the newest. */
  older: string | undefined
  isNewest: boolean
}

export const AgencyAuditPage = ({ person, agency, ...shown }: AgencyPageProps & AuditProps) => (
  <AgencyLayout person={person} agency={agency} title="Audit log" section="audit">
    <h1>Audit log</h1>
    <p>
      Who did what in this agency, newest first. Entries can’t be changed.
      {person.role === 'admin' && ' Operators are not named.'}
    </p>
    <Lines path={`/admin/agencies/${agency.id}/audit`} {...shown} />
  </AgencyLayout>
)

/** The audit of the whole gate. */
export const AuditPage = ({ person, ...shown }: AuditProps & { person: Person }) => (
  <Layout title="Audit log" person={person}>
    <main>
      <h1>Audit log</h1>
      <p>Who did what, in all agencies and on this server, newest first. Entries can’t be changed.</p>
      <Lines path="/admin/audit" hasAgencies {...shown} />
    </main>
  </Layout>
)

interface LinesProps extends AuditProps {
  path: string
  /** True where the entries are of several agencies. */
  hasAgencies?: boolean
}

const Lines = ({ path, hasAgencies = false, lines, older, isNewest }: LinesProps) => (
  <>
    {lines.length === 0 ? (
      <p class="empty">
        {isNewest
          ? 'There are no entries yet. Every change from now on is listed here.'
          : 'There are no older entries.'}
      </p>
    ) : (
      <ol class="audit" role="list">
        {lines.map((line) => (
          <Line key={line.id} line={line} hasAgencies={hasAgencies} />
        ))}
      </ol>
    )}
    <p class="row start">
      {!isNewest && <a href={path}>Newest entries</a>}
      {older !== undefined && <a href={`${path}?before=${older}`}>Older entries</a>}
      <a href={`${path}.csv`} download>
        Download all as CSV
      </a>
    </p>
  </>
)

const Line = ({ line, hasAgencies }: { line: AuditLine; hasAgencies: boolean }) => (
  <li>
    <Time at={line.at} />
    <p>
      <strong>{line.actor}</strong> {inWords(line)}
      {hasAgencies && line.agencyName !== null && (
        <>
          {' · '}
          <a href={`/admin/agencies/${line.agencyId}/audit`}>{line.agencyName}</a>
        </>
      )}
      {line.environment !== null && (
        <>
          {' '}
          <EnvironmentTag name={line.environment} />
        </>
      )}
    </p>
    {line.address !== null && <small>{`from ${line.address}`}</small>}
  </li>
)

/** Another version may have written an unknown action. */
const inWords = ({ action, target, times }: AuditLine) => {
  const words: string = actions[action] ?? action
  const often = times === null || times === 1 ? '' : ` (${times.toLocaleString('en')} times in a minute)`
  return `${target === null ? words : `${words}: ${target}`}${often}`
}
