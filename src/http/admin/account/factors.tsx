import { isIP } from 'node:net'
import type { ComponentChildren } from 'preact'
import type { FieldProblem } from '../../../field-problem.ts'
import { type Factor, factorTitles } from '../../../people/factor.ts'
import type { Person } from '../../../people/person.ts'
import { recoveryCodeCount } from '../../../people/recovery-codes.ts'
import type { Crumb } from '../../page/breadcrumbs.tsx'
import { Form, InputField } from '../../page/form.tsx'
import { Layout } from '../../page/layout.tsx'
import { Time } from '../../page/time.tsx'
import { ShownSecret } from '../../page/shown-secret.tsx'
import { Table } from '../../page/table.tsx'
import { CodeField, PasskeyForm } from '../second-factor/forms.tsx'
import { accountCrumb } from './account.tsx'
import { QrCode } from './qr-code.tsx'

export const factorsPath = '/admin/account/second-factor'

/** For whoever reloads the page that showed recovery codes. */
export const shownCodes = {
  what: 'Recovery codes are',
  isPlural: true,
  lost: { href: factorsPath, label: 'create new ones' },
}
const factorsCrumb: Crumb = { href: factorsPath, label: 'Second factor' }

interface FrameProps {
  title: string
  /** Null for somebody who has to set up a second factor before anything else. */
  person: Person | null
  /** The pages between the account and this one. */
  parents?: readonly Crumb[]
  children: ComponentChildren
}

const Frame = ({ title, person, parents = [factorsCrumb], children }: FrameProps) => (
  <Layout
    title={title}
    person={person ?? undefined}
    parents={person === null ? undefined : [accountCrumb, ...parents]}
    narrow={person === null}
  >
    <main>
      <h1>{title}</h1>
      {children}
    </main>
  </Layout>
)

interface FactorsProps extends Pick<FrameProps, 'person'> {
  factors: Factor[]
  recoveryCodes: number
}

export const FactorsPage = ({ person, factors, recoveryCodes }: FactorsProps) => (
  <Frame title={factorsCrumb.label} person={person} parents={[]}>
    {person === null && (
      <p class="notice warning" role="status">
        The operator of this server requires a second factor. Set one up to continue.
      </p>
    )}
    {factors.length === 0 ? (
      <p>A second factor protects your account even if somebody learns your password.</p>
    ) : (
      <Table label="Second factors" heads={['Name', 'Kind', 'Added', 'Last used', 'Change']}>
        {factors.map((factor) => (
          <FactorRow key={factor.id} {...factor} />
        ))}
      </Table>
    )}
    <p class="row start">
      <a href="/admin/account/authenticator">Add an authenticator app</a>
      <a href="/admin/account/passkey">Add a passkey</a>
    </p>
    {factors.length > 0 && (
      <article>
        <h2>Recovery codes</h2>
        <p>
          {`You have ${recoveryCodes} of ${recoveryCodeCount} left. Each signs you in once, in place of your second factor. New codes replace the old ones.`}
        </p>
        <Form action="/admin/account/recovery-codes" once>
          <button type="submit" class="secondary">
            Create new recovery codes…
          </button>
        </Form>
      </article>
    )}
    {person === null && (
      <form method="post" action="/admin/sign-out">
        <button type="submit" class="secondary outline">
          Sign out
        </button>
      </form>
    )}
  </Frame>
)

const FactorRow = ({ id, kind, name, createdAt, lastUsedAt }: Factor) => (
  <tr>
    <td class="name">{name}</td>
    <td>{factorTitles[kind]}</td>
    <td>
      <Time at={createdAt} />
    </td>
    <td>{lastUsedAt === null ? 'Never' : <Time at={lastUsedAt} />}</td>
    <td>
      <a href={`/admin/account/factors/${id}`} aria-label={`Change ${name}`}>
        Change
      </a>
    </td>
  </tr>
)

interface AuthenticatorProps extends Pick<FrameProps, 'person'> {
  uri: string
  secret: string
  name: string
  error?: FieldProblem | undefined
}

export const AuthenticatorPage = ({ person, uri, secret, name, error }: AuthenticatorProps) => (
  <Frame title="Add an authenticator app" person={person}>
    <p>Scan this code with your authenticator app, then enter the six digits that the app shows.</p>
    <QrCode text={uri} label="QR code for your authenticator app" />
    <ShownSecret
      id="totp-secret"
      label="If you can’t scan the code, enter this key in the app"
      value={secret}
    />
    <Form action="/admin/account/authenticator" error={error} once>
      <NameField name={name} />
      <CodeField label="Code from the app" />
      <div class="row start">
        <button type="submit">Add authenticator app</button>
        <a href={factorsPath}>Cancel</a>
      </div>
    </Form>
  </Frame>
)

interface PasskeyProps extends Pick<FrameProps, 'person'> {
  host: string
  name?: string | undefined
  error?: FieldProblem | undefined
}

export const PasskeyPage = ({ person, host, name = 'Passkey', error }: PasskeyProps) => (
  <Frame title="Add a passkey" person={person}>
    <p>
      A passkey on your phone, computer or security key signs you in without your password. It works only at{' '}
      <code>{host}</code>.
    </p>
    {isIP(host) === 0 && !host.startsWith('[') ? (
      <PasskeyForm
        action="/admin/account/passkey"
        ceremony="create"
        options="/admin/account/passkey/options"
        label="Add passkey"
        error={error}
      >
        <NameField name={name} />
      </PasskeyForm>
    ) : (
      <p class="notice warning">
        Passkeys don’t work at an IP address. Open callgate at its host name first.
      </p>
    )}
    <p>
      <a href={factorsPath}>Cancel</a>
    </p>
  </Frame>
)

const NameField = ({ name }: { name: string }) => (
  <InputField name="name" label="Name" value={name} required maxLength={100} autoComplete="off" />
)

interface FactorProps {
  person: Person
  factor: Factor
  /** True where removing it would leave the person without the second factor that they need. */
  isNeeded: boolean
  /** The input of a rejected form. */
  name?: string | undefined
  error?: FieldProblem | undefined
}

export const FactorPage = ({ person, factor, isNeeded, name = factor.name, error }: FactorProps) => (
  <Frame title={factor.name} person={person}>
    <Form action={`/admin/account/factors/${factor.id}`} error={error}>
      <NameField name={name} />
      <button type="submit">Save</button>
    </Form>
    <article>
      <h2>Remove</h2>
      {isNeeded ? (
        <p>You need a second factor on this server, and this is your only one. Add another one first.</p>
      ) : (
        <form method="post" action={`/admin/account/factors/${factor.id}/remove`}>
          <button type="submit" class="secondary">
            Remove…
          </button>
        </form>
      )}
    </article>
    <p>
      <a href={factorsPath}>Back</a>
    </p>
  </Frame>
)

/** The only response that shows recovery codes. */
export const RecoveryCodesPage = ({ person, codes }: { person: Person; codes: readonly string[] }) => (
  <Frame title="Recovery codes" person={person}>
    <p class="notice warning" role="status">
      <strong>Save these codes now. They won’t be shown again.</strong> Each signs you in once if you lose
      your second factor. Keep them apart from your password.
    </p>
    <label for="recovery-codes">Recovery codes</label>
    <textarea
      id="recovery-codes"
      class="secret"
      rows={codes.length}
      readOnly
      data-secret
      autoComplete="off"
      spellcheck={false}
    >
      {codes.join('\n')}
    </textarea>
    <div class="row start">
      <button type="button" data-copy="recovery-codes" data-status="recovery-codes-copied" hidden>
        Copy
      </button>
      <span id="recovery-codes-copied" role="status" />
      <a href={factorsPath}>I’ve saved them</a>
    </div>
  </Frame>
)
