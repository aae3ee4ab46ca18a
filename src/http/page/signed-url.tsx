import type { FieldProblem } from '../../field-problem.ts'
import { Form, InputField } from './form.tsx'
import { ShownSecret } from './shown-secret.tsx'

interface UrlFormProps {
  path: string
  label: string
  placeholder: string
  value: string
  error: FieldProblem | undefined
}

/** The form of a URL to which callgate sends signed requests. */
export const UrlForm = ({ path, label, placeholder, value, error }: UrlFormProps) => (
  <Form action={path} error={error}>
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

interface RotateFormProps {
  path: string
  /** What is signed. */
  requests: string
}

export const RotateForm = ({ path, requests }: RotateFormProps) => (
  <details>
    <summary>Rotate the signing secret</summary>
    <form method="post" action={path}>
      <p class="notice warning">
        {`For 24 hours, every ${requests} is signed with both secrets. If you rotate again before that, the previous secret ends immediately.`}
      </p>
      <div class="row start">
        <button type="submit">Rotate secret</button>
      </div>
    </form>
  </details>
)
