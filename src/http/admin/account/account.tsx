import type { FieldProblem } from '../../../field-problem.ts'
import type { Person, Session } from '../../../people/person.ts'
import { NewPasswordField, PasswordField } from '../entrance/forms.tsx'
import type { Crumb } from '../../page/breadcrumbs.tsx'
import { Form } from '../../page/form.tsx'
import { Layout } from '../../page/layout.tsx'
import { TimeZoneForm } from './time-zone.tsx'
import { SessionTable } from './session-table.tsx'
import { roleInWords } from '../people/people.tsx'

export const accountCrumb: Crumb = { href: '/admin/account', label: 'Your account' }

interface AccountProps {
  person: Person
  agencyName: string | undefined
  sessions: Session[]
  current: Session | undefined
  error?: FieldProblem | undefined
  /** The time zone of the account, and what is wrong with the one that was asked for. */
  ownZone: Person['timeZone']
  zoneError?: FieldProblem | undefined
}

export const AccountPage = ({
  person,
  agencyName,
  sessions,
  current,
  error,
  ownZone,
  zoneError,
}: AccountProps) => (
  <Layout title={accountCrumb.label} person={person}>
    <main>
      <h1>{accountCrumb.label}</h1>
      <p>
        <a href="/docs/dashboard">How to use the dashboard</a>
        {' · '}
        <a href="/admin/keys">Keyboard shortcuts</a>
      </p>
      <dl class="facts">
        <dt>Email</dt>
        <dd>{person.email}</dd>
        <dt>Role</dt>
        <dd>{roleInWords(person.role, agencyName ?? null)}</dd>
      </dl>
      <article>
        <h2>Change your password</h2>
        <p>Changing your password signs you out everywhere else.</p>
        <Form action="/admin/account/password" error={error}>
          <input type="hidden" name="username" value={person.email} autoComplete="username" />
          <PasswordField label="Current password" name="current" />
          <NewPasswordField label="New password" />
          <button type="submit">Change password</button>
        </Form>
      </article>
      <TimeZoneForm own={ownZone} current={person.timeZone ?? 'UTC'} error={zoneError} />
      <article>
        <h2>Second factor</h2>
        <p>
          Protect your account with an authenticator app or a passkey:{' '}
          <a href="/admin/account/second-factor">your second factors</a>.
        </p>
      </article>
      <article>
        <h2>Sessions</h2>
        <p>These are the browsers where you are signed in.</p>
        <SessionTable sessions={sessions} current={current} action="/admin/account/sessions/end" />
        <h3>Sign out everywhere</h3>
        <p>Ends all of your sessions, including this one. API keys keep working.</p>
        <form method="post" action="/admin/account/sign-out-everywhere">
          <button type="submit" class="secondary">
            Sign out everywhere…
          </button>
        </form>
      </article>
    </main>
  </Layout>
)
