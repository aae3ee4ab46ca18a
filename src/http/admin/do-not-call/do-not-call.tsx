import type { ComponentChildren } from 'preact'
import type { z } from 'zod'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Agency } from '../../../agencies/agency.ts'
import type { entryRecord } from '../../../do-not-call/fields.ts'
import type { ImportResult } from '../../../do-not-call/operations/import.ts'
import type { Person } from '../../../people/person.ts'
import { AgencyLayout } from '../agencies/agency.tsx'
import { WithCopyable } from '../../page/copyable.tsx'
import { Form, InputField } from '../../page/form.tsx'
import { counted, Layout } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'
import { Table } from '../../page/table.tsx'

type ShownEntry = z.output<typeof entryRecord>
export type FormName = 'add' | 'find' | 'import'

export interface TypedNumber {
  phone_number?: string
  reason?: string
  expires_on?: string
}

interface SentForm {
  form: FormName
  typed?: TypedNumber
  error?: FieldProblem
  says?: string
}

interface DoNotCallProps {
  person: Person
  /** Undefined for the list of the whole gate. */
  agency: Agency | undefined
  entries: ShownEntry[]
  /** The id after which the next page begins, and whether this is the first one. */
  older: string | undefined
  isNewest: boolean
  /** The form that was sent: what was typed, and what came of it. */
  sent?: SentForm | undefined
  imported?: ImportResult | undefined
}

const pathOf = (agency: Pick<Agency, 'id'> | undefined) =>
  agency ? `/admin/agencies/${agency.id}/do-not-call` : '/admin/do-not-call'

/** A do-not-call list: of an agency, or of the whole gate. */
export const DoNotCallPage = (props: DoNotCallProps) => {
  const { agency, sent, imported } = props
  const of = (form: FormName) => (sent?.form === form ? sent : undefined)
  const path = pathOf(agency)
  return (
    <Frame {...props}>
      <h1>Do not call</h1>
      <p>
        {agency
          ? 'No agent of this agency calls these numbers. The list of the whole gate applies as well.'
          : 'No agent of any agency calls these numbers.'}{' '}
        <a href="/docs/do-not-call">How do-not-call lists work</a>
      </p>
      <Entries {...props} path={path} />
      <AddForm path={path} sent={of('add')} />
      <FindForm path={path} sent={of('find')} />
      <ImportForm path={path} sent={of('import')} imported={imported} />
    </Frame>
  )
}

const Frame = ({ person, agency, children }: DoNotCallProps & { children: ComponentChildren }) =>
  agency ? (
    <AgencyLayout person={person} agency={agency} title="Do not call" section="do-not-call">
      {children}
    </AgencyLayout>
  ) : (
    <Layout section="do-not-call" title="Do not call" person={person}>
      <main>{children}</main>
    </Layout>
  )

const Entries = ({ entries, older, isNewest, path }: DoNotCallProps & { path: string }) => (
  <>
    {entries.length === 0 ? (
      <p class="empty">{isNewest ? 'There are no entries yet.' : 'There are no older entries.'}</p>
    ) : (
      <Table label="Entries" heads={['Number', 'Source', 'Reason', 'Added', 'Expires']}>
        {entries.map(({ id, hint, source, reason, added_at, expires_at }) => (
          <tr key={id}>
            <td>{hint}</td>
            <td>{source}</td>
            <td class="name">{reason === null ? '–' : <WithCopyable>{reason}</WithCopyable>}</td>
            <td>
              <Time at={Date.parse(added_at)} />
            </td>
            <td>{expires_at === null ? 'Never' : <Time at={Date.parse(expires_at)} />}</td>
          </tr>
        ))}
      </Table>
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

interface FormProps {
  path: string
  /** This form, if it was sent. */
  sent: SentForm | undefined
}

const NumberField = ({ typed, children }: { typed: TypedNumber | undefined; children: string }) => (
  <InputField
    name="phone_number"
    type="tel"
    label="Phone number"
    value={typed?.phone_number ?? ''}
    placeholder="+15551234567"
    required
    autoComplete="off"
    hint={children}
  />
)

const AddForm = ({ path, sent }: FormProps) => (
  <article>
    <h2>Add a number</h2>
    <Form action={path} error={sent?.error}>
      <NumberField typed={sent?.typed}>
        With the country code. callgate keeps only a hash of it, and shows +49…67.
      </NumberField>
      <InputField
        name="reason"
        label="Reason (optional)"
        value={sent?.typed?.reason ?? ''}
        maxLength={200}
        autoComplete="off"
        hint="It is kept when the person is erased, so don’t name them."
      />
      <InputField
        type="date"
        name="expires_on"
        label="Expires at the end of (optional)"
        value={sent?.typed?.expires_on ?? ''}
        autoComplete="off"
        hint="In UTC. Without a date, the number stays on the list until you remove it."
      />
      <button type="submit">Add number</button>
    </Form>
  </article>
)

const FindForm = ({ path, sent }: FormProps) => (
  <article>
    <h2>Check or remove a number</h2>
    {sent?.says !== undefined && (
      <p class="notice" role="status">
        {sent.says}
      </p>
    )}
    <Form action={`${path}/check`} error={sent?.error}>
      <NumberField typed={sent?.typed}>As a number is not kept, you need it to find its entry.</NumberField>
      <div class="row start">
        <button type="submit">Check</button>
        <button type="submit" class="secondary" formAction={`${path}/remove`}>
          Remove
        </button>
      </div>
    </Form>
  </article>
)

const ImportForm = ({ path, sent, imported }: FormProps & Pick<DoNotCallProps, 'imported'>) => (
  <article>
    <h2>Import a CSV file</h2>
    {imported && <Problems imported={imported} />}
    <p>
      Columns: <code>phone_number</code>, <code>reason</code> and <code>expires_at</code>. Only the first is
      required, and the header is optional. Up to 64 MB.
    </p>
    <Form action={`${path}/import`} encType="multipart/form-data" error={sent?.error}>
      <InputField
        type="file"
        name="file"
        label="CSV file"
        accept=".csv,text/csv,text/plain"
        required
        autoComplete="off"
      />
      <button type="submit">Import</button>
    </Form>
  </article>
)

const Problems = ({ imported: { rejected, problems } }: { imported: ImportResult }) =>
  rejected === 0 ? null : (
    <div class="notice warning">
      <p>{`${counted(rejected, 'line')} could not be imported:`}</p>
      <ul>
        {problems.map(({ line, problem }) => (
          <li key={line}>{`Line ${line}: ${problem}`}</li>
        ))}
        {rejected > problems.length && <li>{`and ${counted(rejected - problems.length, 'other')}`}</li>}
      </ul>
    </div>
  )
