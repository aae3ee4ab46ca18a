import { passwordLeast, passwordMost } from '../passwords.ts'
import { FormError, Layout } from './layout.tsx'

interface EntranceProps {
  email?: string
  error?: string | undefined
}

export const SetupPage = ({ token, email = '', error }: EntranceProps & { token: string }) => (
  <Layout title="Set up" narrow>
    <main>
      <h1>Set up callgate</h1>
      <p>Make the operator’s account. The operator sees all agencies. This page works once.</p>
      <FormError message={error} />
      <form method="post" action="/admin/setup">
        <input type="hidden" name="token" value={token} />
        <EmailField email={email} />
        <label>
          Password
          <input
            type="password"
            name="password"
            required
            minLength={passwordLeast}
            maxLength={passwordMost}
            autoComplete="new-password"
            aria-describedby="password-hint"
          />
          <small id="password-hint">At least {passwordLeast} characters.</small>
        </label>
        <button type="submit">Create account</button>
      </form>
    </main>
  </Layout>
)

export const SignInPage = ({ email = '', error }: EntranceProps) => (
  <Layout title="Sign in" narrow>
    <main>
      <h1>Sign in</h1>
      <FormError message={error} />
      <form method="post" action="/admin/sign-in">
        <EmailField email={email} />
        <label>
          Password
          <input
            type="password"
            name="password"
            required
            maxLength={passwordMost}
            autoComplete="current-password"
          />
        </label>
        <button type="submit">Sign in</button>
      </form>
    </main>
  </Layout>
)

const EmailField = ({ email }: { email: string }) => (
  <label>
    E-mail
    <input type="email" name="email" value={email} required maxLength={254} autoComplete="username" />
  </label>
)
