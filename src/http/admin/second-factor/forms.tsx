import type { ComponentChildren } from 'preact'
import type { FieldProblem } from '../../../field-problem.ts'
import { Form, InputField } from '../../page/form.tsx'

interface CodeFieldProps {
  label: string
  name?: string
  /** Without it, only digits are expected. */
  recovery?: boolean
}

export const CodeField = ({ label, name = 'code', recovery = false }: CodeFieldProps) => (
  <InputField
    {...{ name, label }}
    required
    maxLength={64}
    inputMode={recovery ? 'text' : 'numeric'}
    autoComplete="one-time-code"
    autoCapitalize="none"
    spellcheck={false}
  />
)

interface PasskeyFormProps {
  action: string
  /** The field for the browser's response. */
  name?: string
  label: string
  /** Where the script gets the options of the ceremony from. */
  options?: string
  /** `create` for a new passkey. */
  ceremony?: 'get' | 'create'
  error?: FieldProblem | undefined
  children?: ComponentChildren
}

/** A form that a script completes with the response of a passkey. Until the script knows that it can, it says what it needs. */
export const PasskeyForm = ({
  action,
  name = 'passkey',
  label,
  options = '/admin/second-factor/passkey',
  ceremony = 'get',
  error,
  children,
}: PasskeyFormProps) => (
  <>
    <Form
      action={action}
      error={error}
      once={ceremony === 'create'}
      data-passkey={ceremony}
      data-options={options}
      data-field={name}
      hidden
    >
      {children}
      <input type="hidden" name={name} />
      <button type="button" class={ceremony === 'get' ? 'secondary' : undefined}>
        {label}
      </button>
      <p role="status" />
    </Form>
    <p data-without-passkeys>
      <small>Passkeys need JavaScript and a current browser, over https or on localhost.</small>
    </p>
  </>
)
