import type { Agency } from '../../../agencies/agency.ts'
import type { AdminToken } from '../../../people/admin-token.ts'
import type { Question } from '../../../people/actor.ts'
import type { Person } from '../../../people/person.ts'
import { Ask } from '../question/questions.tsx'
import type { FieldProblem } from '../../../field-problem.ts'
import { Form, InputField, SelectField } from '../../page/form.tsx'
import { Layout } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'
import { Table } from '../../page/table.tsx'
import { ShownSecret } from '../../page/shown-secret.tsx'

export interface ListedToken extends AdminToken {
  agencyName: string | null
}

export type TypedToken = Partial<
  Record<'name' | 'permission' | 'agency' | 'expires_on' | 'allow_from', string>
>

interface TokensProps {
  person: Person
  tokens: ListedToken[]
  agencies: Agency[]
  /** The possible permissions, by name. */
  operations: string[]
  typed?: TypedToken
  error?: FieldProblem
}

export const TokensPage = ({ person, tokens, ...form }: TokensProps) => (
  <Layout section="tokens" title="Admin tokens" person={person}>
    <main>
      <h1>Admin tokens</h1>
      <p>
        Programs use admin tokens to manage callgate through the <a href="/docs/admin-api">admin API</a> or
        the command line. An admin token never places a real call.
      </p>
      {tokens.length === 0 ? (
        <p>There are no admin tokens yet.</p>
      ) : (
        <Table
          label="Admin tokens"
          heads={['Name', 'Permissions', 'Agency', 'Expires', 'Last used', 'Revoke']}
        >
          {tokens.map((token) => (
            <TokenRow key={token.id} token={token} />
          ))}
        </Table>
      )}
      <CreateForm {...form} />
    </main>
  </Layout>
)

const TokenRow = ({ token }: { token: ListedToken }) => (
  <tr>
    <td class="name">
      {token.name} <small>{`…${token.last4}`}</small>
    </td>
    <td class="name">
      <code>{token.permissions.join(' ')}</code>
    </td>
    <td class="name">{token.agencyName ?? 'All'}</td>
    <td>{token.expiresAt === null ? 'Never' : <Time at={token.expiresAt} />}</td>
    <td>{token.lastUsedAt === null ? 'Never' : <Time at={token.lastUsedAt} />}</td>
    <td>
      <a href={`/admin/tokens/${token.id}/revoke`} aria-label={`Revoke ${token.name}`}>
        Revoke
      </a>
    </td>
  </tr>
)

const CreateForm = ({
  agencies,
  operations,
  typed = {},
  error,
}: Pick<TokensProps, 'agencies' | 'operations' | 'typed' | 'error'>) => (
  <article>
    <h2>Create an admin token</h2>
    <Form action="/admin/tokens" error={error} once>
      <InputField
        name="name"
        label="Name"
        value={typed.name ?? ''}
        required
        maxLength={100}
        autoComplete="off"
        hint="What it is for, such as “deploy script”."
      />
      <InputField
        name="permission"
        label="Permissions"
        value={typed.permission ?? ''}
        required
        list="operations"
        autoComplete="off"
        spellcheck={false}
        hint={
          <>
            Operations such as <code>key.rotate</code>, nouns such as <code>key.*</code>, or <code>*</code>{' '}
            for everything, separated by spaces.
          </>
        }
      />
      <datalist id="operations">
        {operations.map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <SelectField name="agency" label="Agency">
        <option value="">All agencies</option>
        {agencies.map(({ id, name }) => (
          <option key={id} value={id} selected={id === typed.agency}>
            {name}
          </option>
        ))}
      </SelectField>
      <InputField
        type="date"
        name="expires_on"
        label="Expires at the end of (optional)"
        value={typed.expires_on ?? ''}
        autoComplete="off"
        hint="In UTC. Without a date, the token works until you revoke it."
      />
      <InputField
        name="allow_from"
        label="Allowed networks (optional)"
        value={typed.allow_from ?? ''}
        autoComplete="off"
        spellcheck={false}
        hint={
          <>
            Such as <code>10.0.0.0/8</code>, separated by spaces. If empty, the token works from everywhere.
          </>
        }
      />
      <button type="submit">Create token</button>
    </Form>
  </article>
)

/** The only response that shows a token. */
export const NewTokenPage = ({ person, name, token }: { person: Person; name: string; token: string }) => (
  <Layout section="tokens" title="Admin token" person={person} parents={[]}>
    <main>
      <article>
        <h1>{name}</h1>
        <p class="notice warning" role="status">
          <strong>Copy the token now. It won’t be shown again.</strong>
        </p>
        <ShownSecret id="admin-token" label="Admin token" value={token}>
          <a href="/admin/tokens">I’ve stored it securely</a>
        </ShownSecret>
      </article>
    </main>
  </Layout>
)

/** Confirms revoking a token and names the consequence. */
export const RevokeTokenPage = ({ person, id, asked }: { person: Person; id: string; asked: Question }) => (
  <Layout section="tokens" title="Revoke an admin token" person={person} parents={[]}>
    <main>
      <Ask
        asked={asked}
        action={`/admin/tokens/${id}/revoke`}
        keep={{ href: '/admin/tokens', label: 'Keep the token' }}
      />
    </main>
  </Layout>
)
