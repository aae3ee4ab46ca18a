import { actions, type AuditLine, type ChainState } from '../../../audit.ts'
import type { Person } from '../../../people/person.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { counted, Layout } from '../../page/layout.tsx'
import { WithCopyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { EnvironmentTag } from '../../page/words.tsx'
import { filterUrl } from '../filters.ts'
import { type AuditFilter, AuditFilterForm } from './audit-filter.tsx'
import { subjectPath } from './subject.ts'

/** What came of the last verification. */
export interface VerifiedChain extends ChainState {
  at: number
}

interface AuditProps {
  lines: AuditLine[]
  filter: AuditFilter
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
    <Lines path={`/admin/agencies/${agency.id}/audit`} isOperator={person.role === 'operator'} {...shown} />
  </AgencyLayout>
)

/** The audit of the whole gate. */
export const AuditPage = ({
  person,
  verified,
  ...shown
}: AuditProps & { person: Person; verified: VerifiedChain | undefined }) => (
  <Layout section="audit" title="Audit log" person={person}>
    <main>
      <h1>Audit log</h1>
      <p>Who did what, in all agencies and on this server, newest first. Entries can’t be changed.</p>
      <Chain verified={verified} />
      <Lines path="/admin/audit" hasAgencies isOperator {...shown} />
    </main>
  </Layout>
)

/** Whether the entries are as they were written. */
const Chain = ({ verified }: { verified: VerifiedChain | undefined }) => (
  <form method="post" action="/admin/audit/verify" class="row start chain">
    {verified === undefined ? (
      <span>Each entry is chained to the one before it by a keyed hash.</span>
    ) : verified.flaw === null ? (
      <span role="status">
        {`Chain verified: all ${counted(verified.entries, 'entry', 'entries')} are as they were written. `}
        <Time at={verified.at} />
      </span>
    ) : (
      <span class="notice error" role="alert">
        {`The chain is broken: ${verified.flaw}. `}
        <Time at={verified.at} />
      </span>
    )}
    <button type="submit" class="secondary">
      Verify the chain
    </button>
  </form>
)

interface LinesProps extends AuditProps {
  path: string
  /** True where the entries are of several agencies. */
  hasAgencies?: boolean
  isOperator: boolean
}

const Lines = ({ path, hasAgencies = false, isOperator, lines, filter, older, isNewest }: LinesProps) => (
  <>
    <AuditFilterForm path={path} filter={filter} />
    {lines.length === 0 ? (
      <p class="empty">
        {!isNewest || filterUrl(path, filter) !== path
          ? 'No entries match. Clear the filters to see all entries.'
          : 'There are no entries yet. Every change from now on is listed here.'}
      </p>
    ) : (
      <ol class="audit" role="list">
        {lines.map((line) => (
          <Line key={line.id} line={line} hasAgencies={hasAgencies} isOperator={isOperator} />
        ))}
      </ol>
    )}
    <p class="row start">
      {!isNewest && <a href={filterUrl(path, filter)}>Newest entries</a>}
      {older !== undefined && <a href={filterUrl(path, filter, older)}>Older entries</a>}
      <a href={filterUrl(`${path}.csv`, filter)} download>
        Download all as CSV
      </a>
    </p>
  </>
)

const Line = ({
  line,
  hasAgencies,
  isOperator,
}: Pick<LinesProps, 'hasAgencies' | 'isOperator'> & { line: AuditLine }) => (
  <li>
    <Time at={line.at} />
    <p>
      <strong>{line.actor}</strong> <Sentence line={line} path={subjectPath(line, isOperator)} />
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

/** What was done, with a link to what it was done to. Another version may have written an unknown action. */
const Sentence = ({
  line: { action, target, times },
  path,
}: {
  line: AuditLine
  path: string | undefined
}) => {
  const words: string = actions[action] ?? action
  const often = times === null || times === 1 ? '' : ` (${times.toLocaleString('en')} times in a minute)`
  const subject = target ?? words
  return (
    <>
      {target !== null && `${words}: `}
      <WithCopyable href={path}>{subject}</WithCopyable>
      {often}
    </>
  )
}
