import type { FieldProblem } from '../../../field-problem.ts'
import { ruleForms, type RuleName, snakeCase } from '../../../policy/rule-forms.ts'
import { type Author, budgetNames, ruleNames, type Rules } from '../../../policy/rules.ts'
import { Form, InputField, SelectField } from '../../page/form.tsx'

interface RuleFormProps {
  author: Author
  /** True for the rules of the whole gate. */
  isOfGate: boolean
  /** The rules that this person sets at this level. */
  own: Rules | undefined
  typed?: Record<string, string> | undefined
  error?: FieldProblem | undefined
  action: string
}

/** The rules that a person sets at a level. */
export const RuleForm = ({ author, isOfGate, own, typed, error, action }: RuleFormProps) => (
  <article>
    <h2>{author === 'operator' ? 'Set rules as an operator' : 'Narrow the rules'}</h2>
    <p>
      {author === 'operator'
        ? isOfGate
          ? 'These rules hold for every agency that has none of its own. Leave a field empty for no rule.'
          : 'A rule here replaces the one of the level above. Leave a field empty to keep that one.'
        : 'Your rules can only narrow the operator’s. Leave a field empty for no rule of yours.'}
    </p>
    <Form action={action} error={error}>
      {Object.entries(groups).map(([heading, names]) => (
        <fieldset key={heading} class="fields">
          <legend>{heading}</legend>
          {names
            .filter((name) => author === 'operator' || name !== 'timeZone')
            .map((name) => (
              <RuleField key={name} name={name} value={typed?.[snakeCase(name)] ?? writtenIn(own, name)} />
            ))}
        </fieldset>
      ))}
      <button type="submit">Save rules</button>
    </Form>
    {author === 'operator' && isOfGate && (
      <p>
        To set rules for one agency, open its page and choose <b>Rules</b>.
      </p>
    )}
  </article>
)

/** The rules as the form shows them. */
const groups: Record<string, RuleName[]> = {
  'Whom to call': ['countries', 'numberKinds', 'stagingNumbers', 'consentRequired'],
  'When to call': ['hours', 'timeZone'],
  'How often to call a number': ruleNames.filter((name) => name.startsWith('callsToNumber')),
  Budgets: [...budgetNames, 'hardBudget'],
  Alerts: ['newNumbersPerTenMinutes', 'disableOn'],
}

const writtenIn = (own: Rules | undefined, name: RuleName): string => {
  const value = own?.[name]
  if (value === null || value === undefined) return ''
  return (ruleForms[name].write as (value: NonNullable<Rules[RuleName]>) => string)(value)
}

const RuleField = ({ name, value }: { name: RuleName; value: string }) => {
  const { label, description, example = '' } = ruleForms[name]
  const field = { name: snakeCase(name), label, hint: `${description}.` }
  if (name !== 'consentRequired' && name !== 'hardBudget')
    return <InputField {...field} value={value} placeholder={example} autoComplete="off" />
  return (
    <SelectField {...field}>
      {['', 'true', 'false'].map((choice) => (
        <option key={choice} value={choice} selected={choice === value}>
          {{ '': 'No rule', true: 'Yes', false: 'No' }[choice]}
        </option>
      ))}
    </SelectField>
  )
}
