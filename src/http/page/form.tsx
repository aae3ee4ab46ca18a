import { type ComponentChildren, createContext, type JSX } from 'preact'
import { useContext } from 'preact/hooks'
import { render } from 'preact-render-to-string'
import type { FieldProblem } from '../../field-problem.ts'

const ProblemContext = createContext<FieldProblem | undefined>(undefined)

/** The field that holds the id of the one time that a form is sent: the audit entry of what it did has it. */
export const onceField = 'once'

/** A page has at most one rejected form, and that one field at fault. */
const sentenceId = 'field-error'

type FormProps = JSX.IntrinsicElements['form'] & {
  error?: FieldProblem | undefined
  /** True where the response shows a secret: sending the form again, as by a reload, does nothing. */
  once?: boolean
  children: ComponentChildren
}

/** A form that posts. Its error is below the field at fault, or above the form where no field has that name. */
export const Form = ({ error, once = false, children, ...attributes }: FormProps) => {
  const fields = <ProblemContext.Provider value={error}>{children}</ProblemContext.Provider>
  return (
    <>
      {error && !isBelowField(fields) && <FormError message={error.sentence} />}
      <form method="post" {...attributes}>
        {once && <input type="hidden" name={onceField} value={crypto.randomUUID()} autoComplete="off" />}
        {fields}
      </form>
    </>
  )
}

/** Fields can be in components of their own, so only rendering them tells. Only rejected forms pay for it. */
const isBelowField = (fields: JSX.Element) => render(fields).includes(`id="${sentenceId}"`)

/** An error that concerns no single field, announced by screen readers. */
export const FormError = ({ message }: { message?: string | undefined }) =>
  message ? (
    <p class="notice error" role="alert">
      {message}
    </p>
  ) : null

/** The attributes of a field’s control, and the sentence below it if it is the one at fault. */
export const useProblem = (name: string, describedBy?: string) => {
  const problem = useContext(ProblemContext)
  if (problem?.field !== name) return { attributes: { 'aria-describedby': describedBy }, sentence: undefined }
  const attributes = {
    'aria-invalid': 'true',
    'aria-describedby': describedBy === undefined ? sentenceId : `${sentenceId} ${describedBy}`,
    autoFocus: true,
  } as const
  const sentence = (
    <p class="field-error" id={sentenceId} role="alert">
      {problem.sentence}
    </p>
  )
  return { attributes, sentence }
}

interface FieldProps {
  name: string
  label: ComponentChildren
  /** Below the control, and part of its label. */
  hint?: ComponentChildren
  /** Below the label, where the hint is long or has links. */
  help?: ComponentChildren
}

type Attributes = ReturnType<typeof useProblem>['attributes']

const Field = ({
  name,
  label,
  hint,
  help,
  control,
}: FieldProps & { control: (attributes: Attributes) => JSX.Element }) => {
  const helpId = help === undefined ? undefined : `${name}-help`
  const { attributes, sentence } = useProblem(name, helpId)
  const field = (
    <label>
      {label}
      {control(attributes)}
      {hint !== undefined && <small>{hint}</small>}
    </label>
  )
  if (sentence === undefined && help === undefined) return field
  return (
    <div class="field">
      {field}
      {sentence}
      {help !== undefined && (
        <div id={helpId} class="help">
          <small>{help}</small>
        </div>
      )}
    </div>
  )
}

interface InputProps extends FieldProps {
  type?: 'text' | 'url' | 'email' | 'tel' | 'date' | 'file' | 'password'
  value?: string | number
  placeholder?: string
  required?: boolean
  minLength?: number
  maxLength?: number
  /** The id of a list of suggestions. */
  list?: string | undefined
  accept?: string
  class?: string
  inputMode?: 'numeric' | 'text'
  autoComplete: string
  autoCapitalize?: 'off' | 'none'
  spellcheck?: boolean
}

/** A labelled input. A secret has no `value`, so that no page repeats it. */
export const InputField = ({ name, label, hint, help, ...input }: InputProps) => (
  <Field
    {...{ name, label, hint, help }}
    // Preact types each `type` on its own, and a union of them as none.
    control={(attributes) => <input name={name} {...(input as object)} {...attributes} />}
  />
)

export const SelectField = ({
  name,
  label,
  hint,
  children,
}: FieldProps & { children: ComponentChildren }) => (
  <Field
    {...{ name, label, hint }}
    control={(attributes) => (
      <select name={name} {...attributes}>
        {children}
      </select>
    )}
  />
)
