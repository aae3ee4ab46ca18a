import type { ComponentChildren } from 'preact'
import { CodeField, PasskeyForm } from '../second-factor/forms.tsx'
import { PasswordField } from '../entrance/forms.tsx'
import { type FieldProblem, ofField } from '../../../field-problem.ts'
import { Form } from '../../page/form.tsx'
import { Layout, renderPage } from '../../page/layout.tsx'
import type { WaitingForm } from './confirmation-needed.ts'

const confirmPath = '/admin/confirm'

/** Asks who it is, and carries the form that waits, so that nothing of it has to be entered again. */
export const confirmationPage = (form: WaitingForm, error?: FieldProblem) =>
  renderPage(<ConfirmationPage form={form} error={error} />)

const ConfirmationPage = ({ form, error }: { form: WaitingForm; error: FieldProblem | undefined }) => (
  <Layout title="Confirm that it’s you" narrow>
    <main>
      <h1>Confirm that it’s you</h1>
      <p>
        You signed in more than ten minutes ago. Your input is kept, and callgate continues as soon as you
        confirm.
      </p>
      <Way form={form} error={ofField(error, 'confirm_password')}>
        <input type="hidden" name="username" value={form.email} autoComplete="username" />
        <PasswordField label="Password" name="confirm_password" />
        <button type="submit">Confirm</button>
      </Way>
      {form.hasApp && (
        <Way form={form} error={ofField(error, 'confirm_code')}>
          <CodeField label="Or a code from your authenticator app" name="confirm_code" />
          <button type="submit" class="secondary">
            Confirm with the code
          </button>
        </Way>
      )}
      {form.hasPasskey && (
        <PasskeyForm
          action={confirmPath}
          name="confirm_passkey"
          label="Confirm with a passkey"
          error={ofField(error, 'confirm_passkey')}
        >
          <Waiting form={form} />
        </PasskeyForm>
      )}
      <p>
        <a href="/admin/agencies">Cancel</a>
      </p>
    </main>
  </Layout>
)

interface WayProps {
  form: WaitingForm
  error: FieldProblem | undefined
  children: ComponentChildren
}

const Way = ({ form, error, children }: WayProps) => (
  <Form action={confirmPath} error={error}>
    <Waiting form={form} />
    {children}
  </Form>
)

/** Cleared when the browser leaves the page, because fields can hold credentials. */
const Waiting = ({ form: { path, fields } }: { form: WaitingForm }) => (
  <>
    <input type="hidden" name="confirm_path" value={path} />
    {Object.entries(fields).map(([name, value]) => (
      <input key={name} type="hidden" name={name} value={value} data-secret />
    ))}
  </>
)
