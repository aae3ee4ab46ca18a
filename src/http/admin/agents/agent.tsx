import type { Agent, GivenAgent } from '../../../agencies/agent.ts'
import type { Question } from '../../../people/actor.ts'
import { fieldHelp, fieldTitle } from '../../../providers/agent-field.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import { agentProblem, findKind, providerKinds } from '../../../providers/kinds.ts'
import { AgencyLayout, type AgencyPageProps } from '../agencies/agency.tsx'
import { Copyable } from '../../page/copyable.tsx'
import { Form, FormError, InputField, SelectField, useProblem } from '../../page/form.tsx'
import { Time } from '../../page/time.tsx'
import { Ask } from '../question/questions.tsx'
import { optionLines, optionsHelp } from './option-lines.ts'

/** An agent as its form has it. */
export type TypedAgent = Omit<GivenAgent, 'option'> & { options?: string | undefined }

interface AgentProps extends AgencyPageProps {
  agent: Agent
  accounts: ReadonlySet<string>
  typed?: TypedAgent | undefined
  error?: FieldProblem | undefined
}

export const AgentPage = ({ person, agency, agent, accounts, typed, error }: AgentProps) => (
  <AgencyLayout person={person} agency={agency} title={agent.name} section="agents" parents={[]}>
    <h1>{agent.name}</h1>
    <AgentProblem agent={agent} />
    <dl class="facts">
      <dt>Provider</dt>
      <dd>
        <ProviderName agent={agent} accounts={accounts} />
      </dd>
      <dt>Agent ID</dt>
      <dd>
        <Copyable label="agent ID">{agent.id}</Copyable>
      </dd>
      <dt>Created</dt>
      <dd>
        <Time at={agent.createdAt} />
      </dd>
      <dt>Calls</dt>
      <dd>
        <a href={`/admin/agencies/${agency.id}/calls?agent=${agent.id}`}>Calls of this agent</a>
      </dd>
    </dl>
    <article>
      <h2>Change the agent</h2>
      <p>Changes apply from the next call on. Calls in progress continue unchanged.</p>
      <AgentForm
        action={`/admin/agencies/${agency.id}/agents/${agent.id}`}
        typed={typed ?? asTyped(agent)}
        error={error}
        button="Save agent"
      />
    </article>
    <p>
      <a href={`/admin/agencies/${agency.id}/agents/${agent.id}/delete`} role="button" class="secondary">
        Delete agent…
      </a>
    </p>
  </AgencyLayout>
)

interface DeleteProps extends AgencyPageProps {
  agent: Agent
  /** Undefined where it cannot be deleted now, for the reason in `error`. */
  asked: Question | undefined
  error: string | undefined
}

export const DeleteAgentPage = ({ person, agency, agent, asked, error }: DeleteProps) => {
  const path = `/admin/agencies/${agency.id}/agents/${agent.id}`
  return (
    <AgencyLayout
      person={person}
      agency={agency}
      title="Delete agent"
      section="agents"
      parents={[{ href: path, label: agent.name }]}
    >
      {asked ? (
        <Ask asked={asked} action={`${path}/delete`} keep={{ href: path, label: 'Keep the agent' }}>
          <p>Its calls are kept, with its name. This can’t be undone.</p>
        </Ask>
      ) : (
        <article>
          <h1>{`${agent.name} can’t be deleted now`}</h1>
          <FormError message={error} />
          <a href={path}>Back to the agent</a>
        </article>
      )}
    </AgencyLayout>
  )
}

const asTyped = ({ name, provider, ref, fromNumber, options }: Agent): TypedAgent => ({
  name,
  provider,
  ref: ref ?? '',
  from: fromNumber ?? '',
  options: optionLines(options),
})

/** An agent that was saved before its provider's form was checked: its calls fail until it is corrected. */
const AgentProblem = ({ agent }: { agent: Agent }) => {
  const problem = agentProblem(agent)
  return problem === undefined ? null : (
    <p class="notice warning">{`This agent can’t place calls. ${problem}`}</p>
  )
}

/** Warns that the provider has no account, so that all calls of the agent fail, and links to the remedy. */
export const ProviderName = ({ agent, accounts }: { agent: Agent; accounts: ReadonlySet<string> }) => {
  const kind = findKind(agent.provider)
  if (!kind) return <>Simulator</>
  if (accounts.has(kind.name)) return <>{kind.title}</>
  return (
    <>
      {`${kind.title}: no account, so its calls fail. `}
      <a href={`/admin/agencies/${agent.agencyId}/integrations/providers/${kind.name}`}>
        {`Connect ${kind.title}`}
      </a>
    </>
  )
}

interface AgentFormProps {
  action: string
  typed: TypedAgent
  error: FieldProblem | undefined
  button: string
}

export const AgentForm = ({ action, typed, error, button }: AgentFormProps) => (
  <Form action={action} error={error}>
    <InputField
      name="name"
      label="Name"
      value={typed.name ?? ''}
      required
      maxLength={100}
      autoComplete="off"
    />
    <SelectField name="provider" label="Provider">
      <option value="simulator">Simulator – places no calls</option>
      {providerKinds.map((kind) => (
        <option key={kind.name} value={kind.name} selected={kind.name === typed.provider}>
          {kind.title}
        </option>
      ))}
    </SelectField>
    <div class="columns">
      <DialField name="ref" value={typed.ref} simulated="ID at the provider" />
      <DialField name="from" value={typed.from} simulated="Calls from" />
    </div>
    <OptionsField value={typed.options} />
    <button type="submit">{button}</button>
  </Form>
)

const OptionsField = ({ value = '' }: { value: string | undefined }) => {
  const { attributes, sentence } = useProblem('options', 'options-help')
  return (
    <div class="field">
      <label>
        Options (optional)
        <textarea
          name="options"
          rows={Math.min(12, Math.max(2, value.split('\n').length))}
          autoComplete="off"
          autoCapitalize="off"
          spellcheck={false}
          {...attributes}
        >
          {value}
        </textarea>
      </label>
      {sentence}
      <div id="options-help" class="help">
        <small>
          {'Fields of the provider’s own request, one name=value per line, as '}
          <a href="/docs/providers">Voice providers</a>
          {' lists them. A line that begins with a space continues the value above.'}
        </small>
        <small data-provider="simulator">The simulator takes no options.</small>
        {providerKinds.map((kind) => (
          <small key={kind.name} data-provider={kind.name}>
            {optionsHelp(kind)}
          </small>
        ))}
      </div>
    </div>
  )
}

interface DialFieldProps {
  name: 'ref' | 'from'
  value: string | undefined
  /** The label while the simulator is selected, which needs no value. */
  simulated: string
}

/** The hints of all providers; the stylesheet shows those of the selected one. */
const DialField = ({ name, value = '', simulated }: DialFieldProps) => {
  const { attributes, sentence } = useProblem(name, `${name}-help`)
  return (
    <div class="field">
      <label>
        <span data-provider="simulator">{simulated}</span>
        {providerKinds.map(({ name: provider, agent }) => (
          <span key={provider} data-provider={provider}>
            {fieldTitle(agent[name])}
          </span>
        ))}
        <input name={name} value={value} autoComplete="off" {...attributes} />
      </label>
      {sentence}
      <div id={`${name}-help`} class="help">
        <small data-provider="simulator">Not needed for the simulator.</small>
        {providerKinds.map(({ name: provider, title, agent }) => (
          <small key={provider} data-provider={provider}>
            {`${title}: ${fieldHelp(agent[name])}`}
          </small>
        ))}
      </div>
    </div>
  )
}
