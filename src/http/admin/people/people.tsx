import type { FieldProblem } from '../../../field-problem.ts'
import type { Question } from '../../../people/actor.ts'
import type { FactorAudience } from '../../../people/factor.ts'
import type { ListedPerson, PendingInvitation, Person } from '../../../people/person.ts'
import { EmailField } from '../entrance/forms.tsx'
import { Form } from '../../page/form.tsx'
import { Layout } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'
import { Table } from '../../page/table.tsx'
import { Ask } from '../question/questions.tsx'
import { AudienceForm } from './second-factor.tsx'
import { ShownSecret } from '../../page/shown-secret.tsx'

interface PeopleProps {
  person: Person
  people: ListedPerson[]
  invitations: PendingInvitation[]
  /** The people who need a second factor. */
  audience: FactorAudience
}

export const roleInWords = (role: Person['role'], agencyName: string | null) =>
  role === 'operator' ? 'Operator' : `Admin of ${agencyName ?? 'an agency'}`

export const PeoplePage = ({ person, people, invitations, audience }: PeopleProps) => (
  <Layout section="people" title="People" person={person}>
    <main>
      <h1>People</h1>
      <p>Operators can access all agencies. An agency’s admin can access only that agency.</p>
      <Table label="People" heads={['Email', 'Role', 'Since', 'Second factor', 'Sessions', 'Remove']}>
        {people.map((listed) => (
          <PersonRow key={listed.person.id} {...listed} />
        ))}
      </Table>
      <AudienceForm audience={audience} />
      <article>
        <h2>Invite an operator</h2>
        <p>
          Creates a single-use invitation. The new operator can do everything that you can. To invite an admin
          of an agency, open <a href="/admin/agencies">the agency</a>.
        </p>
        <InviteForm label="Invite an operator" />
      </article>
      <h2>Pending invitations</h2>
      {invitations.length === 0 ? (
        <p>There are no pending invitations.</p>
      ) : (
        <>
          <p>An invitation also ends if the person who made it is removed, or their password changes.</p>
          <Table
            label="Pending invitations"
            heads={['Email', 'Role', 'Invited by', 'Created', 'Valid until', 'Revoke']}
          >
            {invitations.map((invitation) => (
              <InvitationRow key={invitation.hash} {...invitation} />
            ))}
          </Table>
        </>
      )}
    </main>
  </Layout>
)

const PersonRow = ({ person, agencyName, hasFactor }: ListedPerson) => (
  <tr>
    <td class="name">{person.email}</td>
    <td class="name">{roleInWords(person.role, agencyName)}</td>
    <td>
      <Time at={person.createdAt} />
    </td>
    <td>
      {hasFactor ? (
        <a
          href={`/admin/people/${person.id}/second-factor`}
          aria-label={`Reset the second factor of ${person.email}`}
        >
          Reset
        </a>
      ) : (
        'None'
      )}
    </td>
    <td>
      <a href={`/admin/people/${person.id}/sessions`} aria-label={`Sessions of ${person.email}`}>
        Sessions
      </a>
    </td>
    <td>
      <a href={`/admin/people/${person.id}/remove`} aria-label={`Remove ${person.email}`}>
        Remove
      </a>
    </td>
  </tr>
)

const InvitationRow = ({
  hash,
  email,
  role,
  agencyName,
  createdBy,
  createdAt,
  expiresAt,
}: PendingInvitation) => (
  <tr>
    <td class="name">{email}</td>
    <td class="name">{roleInWords(role, agencyName)}</td>
    <td class="name">{createdBy}</td>
    <td>
      <Time at={createdAt} />
    </td>
    <td>
      <Time at={expiresAt} />
    </td>
    <td>
      <form method="post" action={`/admin/people/invitations/${hash}/revoke`} class="inline">
        <button type="submit" class="secondary" aria-label={`Revoke the invitation of ${email}`}>
          Revoke
        </button>
      </form>
    </td>
  </tr>
)

/** Confirms the removal of a person and names the consequences. */
export const RemovePersonPage = ({ person, leaving, asked }: RemoveProps) => (
  <Layout section="people" title="Remove a person" person={person} parents={[]}>
    <main>
      <Ask
        asked={asked}
        action={`/admin/people/${leaving.id}/remove`}
        keep={{ href: '/admin/people', label: 'Keep the account' }}
      >
        {leaving.id === person.id && <p>This is your own account.</p>}
        <p>
          They can’t sign in again unless they are invited again. API keys, agents, calls and the audit log
          stay unchanged.
        </p>
      </Ask>
    </main>
  </Layout>
)

interface RemoveProps {
  person: Person
  leaving: Person
  asked: Question
}

interface InviteFormProps {
  label: string
  agencyId?: string | undefined
  email?: string
  error?: FieldProblem | undefined
}

/** Without an agency, the invitation is for an operator. */
export const InviteForm = ({ label, agencyId, email = '', error }: InviteFormProps) => (
  <Form action="/admin/people/invite" error={error} once>
    <EmailField email={email} autoComplete="off" />
    {agencyId !== undefined && <input type="hidden" name="agency" value={agencyId} />}
    <button type="submit">{label}</button>
  </Form>
)

interface InviteProps extends Omit<InviteFormProps, 'label'> {
  person: Person
}

/** The form again, with the reason for which it was refused. */
export const InvitePage = ({ person, ...form }: InviteProps) => (
  <Layout section="people" title="Invite" person={person} parents={[]}>
    <main>
      <h1>Invite</h1>
      <InviteForm label={form.agencyId === undefined ? 'Invite an operator' : 'Invite an admin'} {...form} />
    </main>
  </Layout>
)

interface LinkProps {
  person: Person
  email: string
  link: string
  expiresAt: number
  agencyName: string | null
}

/** The only response that shows the link of an invitation. */
export const InvitationLinkPage = ({ person, email, link, expiresAt, agencyName }: LinkProps) => (
  <Layout section="people" title="Invitation" person={person} parents={[]}>
    <main>
      <article>
        <h1>Invitation</h1>
        <p class="notice warning" role="status">
          <strong>Copy the link now. It won’t be shown again.</strong> It creates the account of {email}, who
          becomes {agencyName === null ? 'an operator' : `an admin of ${agencyName}`}. It can be used only
          once, until <Time at={expiresAt} />. It stops working if you are removed or your password changes.
        </p>
        <ShownSecret id="invitation-link" label="Link" value={link}>
          <a href="/admin/people">Done</a>
        </ShownSecret>
      </article>
    </main>
  </Layout>
)
