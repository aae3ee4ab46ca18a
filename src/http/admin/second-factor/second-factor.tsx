import type { Factor } from '../../../people/factor.ts'
import { type FieldProblem, ofField } from '../../../field-problem.ts'
import { Form } from '../../page/form.tsx'
import { Layout } from '../../page/layout.tsx'
import { NextField } from '../entrance/next-field.tsx'
import { CodeField, PasskeyForm } from './forms.tsx'

interface SecondFactorProps {
  kinds: ReadonlySet<Factor['kind']>
  /** The page to open afterwards. */
  next: string
  error?: FieldProblem | undefined
}

/** The second step of signing in. */
export const SecondFactorPage = ({ kinds, next, error }: SecondFactorProps) => (
  <Layout title="Second factor" narrow>
    <main>
      <h1>Second factor</h1>
      {kinds.has('passkey') && (
        <PasskeyForm action="/admin/second-factor" label="Use a passkey" error={ofField(error, 'passkey')}>
          <NextField next={next} />
        </PasskeyForm>
      )}
      <Form action="/admin/second-factor" error={ofField(error, 'code')}>
        <NextField next={next} />
        <CodeField
          label={kinds.has('totp') ? 'Code from your authenticator app, or a recovery code' : 'Recovery code'}
          recovery
        />
        <button type="submit">Continue</button>
      </Form>
      <p>Lost your second factor? Use a recovery code, or ask an operator to reset it.</p>
      <form method="post" action="/admin/sign-out">
        <button type="submit" class="secondary outline">
          Cancel
        </button>
      </form>
    </main>
  </Layout>
)
