import { findKind, providerKinds } from '../../../providers/kinds.ts'
import type { AgentRow } from '../../../storage/agents.ts'
import { AgencyLayout, type AgencyPageProps } from './agency.tsx'
import { FormError, Time } from './layout.tsx'

/** An agent's form as it was sent: any of its fields may be missing. */
export type TypedAgent = Partial<Record<'name' | 'provider' | 'ref' | 'from', string>>

interface AgentProps extends AgencyPageProps {
  agent: AgentRow
  accounts: ReadonlySet<string>
  typed?: TypedAgent | undefined
  error?: string | undefined
}

export const AgentPage = ({ person, agency, agent, accounts, typed, error }: AgentProps) => (
  <AgencyLayout person={person} agency={agency} title={agent.name} section="agents">
    <p class="crumb">
      <a href={`/admin/agencies/${agency.id}/agents`}>Agents</a>
    </p>
    <h1>{agent.name}</h1>
    <dl class="facts">
      <dt>Provider</dt>
      <dd>
        <ProviderName agent={agent} accounts={accounts} />
      </dd>
      <dt>Agent ID</dt>
      <dd>
        <code>{agent.id}</code>
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
      <p>A change holds from the next call on. Calls under way go on as they began.</p>
      <AgentForm
        action={`/admin/agencies/${agency.id}/agents/${agent.id}`}
        typed={typed ?? asTyped(agent)}
        error={error}
        button="Save agent"
      />
    </article>
  </AgencyLayout>
)

const asTyped = ({ name, provider, ref, fromNumber }: AgentRow): TypedAgent => ({
  name,
  provider,
  ref: ref ?? '',
  from: fromNumber ?? '',
})

/** A provider without an account refuses every call of its agents: that is said here, with the way out. */
export const ProviderName = ({ agent, accounts }: { agent: AgentRow; accounts: ReadonlySet<string> }) => {
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
  error: string | undefined
  button: string
}

export const AgentForm = ({ action, typed, error, button }: AgentFormProps) => (
  <>
    <FormError message={error} />
    <form method="post" action={action}>
      <label>
        Name
        <input name="name" value={typed.name ?? ''} required maxLength={100} autoComplete="off" />
      </label>
      <label>
        Provider
        <select name="provider">
          <option value="simulator">Simulator – plays calls and rings nobody</option>
          {providerKinds.map((kind) => (
            <option key={kind.name} value={kind.name} selected={kind.name === typed.provider}>
              {kind.title}
            </option>
          ))}
        </select>
      </label>
      <div class="columns">
        <label>
          Reference at the provider
          <input name="ref" value={typed.ref ?? ''} maxLength={500} autoComplete="off" />
          <small>Its assistant, agent or pathway id. The simulator needs none.</small>
        </label>
        <label>
          Calls from
          <input name="from" value={typed.from ?? ''} maxLength={100} autoComplete="off" />
          <small>A number, or its id at the provider. The simulator needs none.</small>
        </label>
      </div>
      <button type="submit">{button}</button>
    </form>
  </>
)
