import type { FieldProblem } from '../../field-problem.ts'
import { Form, InputField } from './form.tsx'
import { ShownSecret } from './shown-secret.tsx'

interface UrlFormProps {
  path: string
  label: string
  placeholder: string
  value: string
  error: FieldProblem | undefined
  /** True where nothing is saved yet: saving makes a signing secret. */
  isNew: boolean
}

/** The form of a URL to which callgate sends signed requests. */
export const UrlForm = ({ path, label, placeholder, value, error, isNew }: UrlFormProps) => (
  <Form action={path} error={error} once={isNew}>
    <InputField
      type="url"
      name="url"
      label={label}
      value={value}
      placeholder={placeholder}
      required
      autoComplete="off"
      hint="An https URL on the public internet. Redirects aren’t followed."
    />
    <div class="row start">
      <button type="submit">Save</button>
    </div>
  </Form>
)

/** A signing secret that was made just now. */
export const MadeSecret = ({ id, secret }: { id: string; secret: string }) => (
  <>
    <p class="notice warning" role="status">
      <strong>Copy the signing secret now. It won’t be shown again.</strong> Your receiver needs it to verify
      the requests.
    </p>
    <ShownSecret id={id} label="Signing secret" value={secret} />
  </>
)

/** For whoever reloads the page that showed a secret. `path` is where its form of rotation is. */
export const signingSecretAt = (path: string) => ({
  what: 'A signing secret is',
  lost: { href: path, label: 'rotate the signing secret' },
})

interface RotateFormProps {
  path: string
  /** What is signed. */
  requests: string
}

export const RotateForm = ({ path, requests }: RotateFormProps) => (
  <details>
    <summary>Rotate the signing secret</summary>
    <Form action={path} once>
      <p class="notice warning">
        {`For 24 hours, every ${requests} is signed with both secrets. If you rotate again before that, the previous secret ends immediately.`}
      </p>
      <div class="row start">
        <button type="submit">Rotate secret</button>
      </div>
    </Form>
  </details>
)
