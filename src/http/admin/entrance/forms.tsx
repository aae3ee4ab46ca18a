import type { FieldProblem } from '../../../field-problem.ts'
import type { Person } from '../../../people/person.ts'
import { passwordLeast } from '../../../people/password-rules.ts'
import { PasskeyForm } from '../second-factor/forms.tsx'
import { withNext } from './going-to.ts'
import { NextField } from './next-field.tsx'
import { Flash } from '../../page/flash.tsx'
import { Form, InputField } from '../../page/form.tsx'
import { Layout } from '../../page/layout.tsx'

interface EntranceProps {
  email?: string
  error?: FieldProblem | undefined
  /** Notices about obstacles to using the dashboard. */
  notices?: readonly string[] | undefined
}

const Notices = ({ notices = [] }: Pick<EntranceProps, 'notices'>) => (
  <>
    {notices.map((notice) => (
      <p key={notice} class="notice warning">
        {notice}
      </p>
    ))}
  </>
)

interface CodePageProps extends EntranceProps {
  title: string
  action: string
}

/** The page of a one-time link. Its script takes the code from behind the # of the address, and goes on. */
export const CodePage = ({ title, action, notices, error }: CodePageProps) => (
  <Layout title={title} narrow>
    <main>
      <h1>{title}</h1>
      <Notices notices={notices} />
      <Form action={action} error={error} data-code-from-address>
        <InputField
          name="token"
          label="Link or code"
          required
          autoComplete="off"
          spellcheck={false}
          hint="Paste the whole link that you got, or its part after the #."
        />
        <button type="submit">Continue</button>
      </Form>
    </main>
  </Layout>
)

export const SetupPage = ({ token, email = '', error, notices }: EntranceProps & { token: string }) => (
  <Layout title="Set up" narrow>
    <main>
      <h1>Set up callgate</h1>
      <p class="help">Step 1 of 3: create your account</p>
      <p>
        Create the first operator account. Operators can access all agencies. You can use this page only once.
      </p>
      <Notices notices={notices} />
      <Form action="/admin/setup" error={error}>
        <input type="hidden" name="token" value={token} />
        <EmailField email={email} />
        <NewPasswordField />
        <button type="submit">Create account</button>
      </Form>
    </main>
  </Layout>
)

interface InvitationProps extends EntranceProps {
  token: string
  invitation: { email: string; role: Person['role']; agencyName: string | null }
}

export const InvitationPage = ({ token, invitation, error }: InvitationProps) => (
  <Layout title="Invitation" narrow>
    <main>
      <h1>You’re invited</h1>
      <p>
        {invitation.role === 'operator'
          ? `Create the operator account of ${invitation.email}. You can access all agencies.`
          : `Create the account of ${invitation.email} as an admin of ${invitation.agencyName ?? 'an agency'}.`}{' '}
        You can use this link only once.
      </p>
      <Form action="/admin/invitation" error={error}>
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="username" value={invitation.email} autoComplete="username" />
        <NewPasswordField />
        <button type="submit">Create account</button>
      </Form>
    </main>
  </Layout>
)

export const NewPasswordPage = ({ token, email, error }: EntranceProps & { token: string }) => (
  <Layout title="New password" narrow>
    <main>
      <h1>New password</h1>
      <p>{`Set a new password for ${email}. This signs you out everywhere else. You can use this link only once.`}</p>
      <Form action="/admin/new-password" error={error}>
        <input type="hidden" name="token" value={token} />
        <input type="hidden" name="username" value={email} autoComplete="username" />
        <NewPasswordField />
        <button type="submit">Set password</button>
      </Form>
    </main>
  </Layout>
)

interface SignInProps extends EntranceProps {
  /** True where somebody can sign in with a passkey. */
  hasPasskeys: boolean
  /** True where people can sign in with an OpenID Connect provider. */
  hasOidc: boolean
  /** The page to open afterwards. */
  next: string
  passkeyError?: FieldProblem
  /** What the last form did. */
  said?: string | undefined
}

export const SignInPage = ({
  email = '',
  error,
  passkeyError,
  notices,
  hasPasskeys,
  hasOidc,
  next,
  said,
}: SignInProps) => (
  <Layout title="Sign in" narrow>
    <main>
      <Flash>{said}</Flash>
      <h1>Sign in</h1>
      <Notices notices={notices} />
      <Form action="/admin/sign-in" error={error}>
        <NextField next={next} />
        <EmailField email={email} />
        <PasswordField label="Password" name="password" />
        <button type="submit">Sign in</button>
      </Form>
      {hasPasskeys && (
        <PasskeyForm
          action="/admin/sign-in/passkey"
          options="/admin/sign-in/passkey"
          label="Sign in with a passkey"
          error={passkeyError}
        >
          <NextField next={next} />
        </PasskeyForm>
      )}
      {hasOidc && (
        <p>
          <a href={withNext('/admin/sign-in/oidc', next)}>Sign in with single sign-on</a>
        </p>
      )}
    </main>
  </Layout>
)

interface EmailFieldProps {
  email: string
  /** The browser fills in a person's own address, unless the field is for another's. */
  autoComplete?: 'username' | 'off'
}

export const EmailField = ({ email, autoComplete = 'username' }: EmailFieldProps) => (
  <InputField
    type="email"
    name="email"
    label="Email"
    value={email}
    required
    maxLength={254}
    autoComplete={autoComplete}
  />
)

/**
 * The page after a sign-in at another site. A redirect from there would come without our cookie, which is for our own
 * pages only (`SameSite=Strict`); a page of ours that goes on by itself does not.
 */
export const SignedInPage = ({ next }: { next: string }) => (
  <Layout title="Signed in" narrow next={next}>
    <main>
      <h1>Signed in</h1>
      <p>
        <a href={next}>Continue</a>
      </p>
    </main>
  </Layout>
)

/** For the password of an existing account. */
export const PasswordField = ({ label, name }: { label: string; name: string }) => (
  <InputField type="password" {...{ name, label }} required autoComplete="current-password" />
)

export const NewPasswordField = ({ label = 'Password' }: { label?: string }) => (
  <InputField
    type="password"
    name="password"
    label={label}
    required
    minLength={passwordLeast}
    autoComplete="new-password"
    hint={`At least ${passwordLeast} characters.`}
  />
)
