import type { ComponentChildren } from 'preact'
import type { Question as Asked } from '../../../people/actor.ts'
import { Layout, renderPage } from '../../page/layout.tsx'
import { Question } from '../../page/question.tsx'
import type { AskedForm } from './question-needed.ts'

interface Words {
  title: string | ((asked: Asked) => string)
  button: string
}

const of = ({ agencyName }: Asked) => (agencyName === undefined ? '' : ` of ${agencyName}`)
const key = ({ environment, ...asked }: Asked) => `${environment ?? ''} key${of({ ...asked, environment })}`

/** What people are asked before each operation that ends something, and before what ends something of their own. */
const questions: Readonly<Record<string, Words>> = {
  'agency.plan': { title: (asked) => `Change the plan${of(asked)}?`, button: 'Change plan' },
  'agency.suspend': { title: ({ agencyName }) => `Suspend ${agencyName}?`, button: 'Suspend agency' },
  'agency.delete': { title: ({ agencyName }) => `Delete ${agencyName}?`, button: 'Delete agency' },
  'agent.default': {
    title: ({ environment }) => `Leave ${environment} without a default agent?`,
    button: 'Save without a default agent',
  },
  'agent.delete': { title: 'Delete this agent?', button: 'Delete agent' },
  'alert.webhook': { title: 'Remove the alert webhook?', button: 'Remove webhook' },
  'provider.remove': { title: 'Remove this provider account?', button: 'Remove account' },
  'key.generate': { title: (asked) => `Rotate the ${key(asked)}?`, button: 'Rotate API Key' },
  'key.rotate': { title: (asked) => `Rotate the ${key(asked)}?`, button: 'Rotate API Key' },
  'key.disable': {
    title: (asked) => `Disable ${asked.environment} access${of(asked)}?`,
    button: 'Disable API access',
  },
  'webhook.disable': {
    title: ({ environment }) => `Disable the ${environment} webhook?`,
    button: 'Disable webhook',
  },
  'webhook.remove': {
    title: ({ environment }) => `Remove the ${environment} webhook?`,
    button: 'Remove webhook',
  },
  'webhook.replay': { title: 'Replay all failed deliveries?', button: 'Replay all' },
  'predial.remove': {
    title: ({ environment }) => `Remove the ${environment} pre-dial hook?`,
    button: 'Remove hook',
  },
  'call.end': { title: 'End this call?', button: 'End call' },
  'call.release': { title: 'Release the slot of this call?', button: 'Release slot' },
  'person.second-factor-reset': { title: 'Reset the second factor?', button: 'Reset' },
  'person.remove': { title: 'Remove this person?', button: 'Remove' },
  'session.end': { title: 'End the session?', button: 'End session' },
  'own.second-factor': { title: 'Remove this second factor?', button: 'Remove' },
  'own.recovery-codes': { title: 'Create new recovery codes?', button: 'Create new recovery codes' },
  'own.session': { title: 'End this session?', button: 'End session' },
  'own.sessions': { title: 'Sign out everywhere?', button: 'Sign out everywhere' },
  'token.revoke': { title: 'Revoke this admin token?', button: 'Revoke' },
}

interface AskProps {
  asked: Asked
  /** Where the form goes, and its fields. */
  action: string
  fields?: Readonly<Record<string, string>>
  keep: { href: string; label: string }
  children?: ComponentChildren
}

const titleOf = (asked: Asked) => {
  const title = questions[asked.operation]?.title ?? 'Do this?'
  return typeof title === 'string' ? title : title(asked)
}

/** The question before an operation, in its words. */
export const Ask = ({ asked, ...rest }: AskProps) => (
  <Question
    title={titleOf(asked)}
    ends={asked.ends}
    impact={asked.impact}
    button={questions[asked.operation]?.button ?? 'Continue'}
    {...rest}
  />
)

/** The question before a form that ends something. It carries the form, so that nothing has to be entered again. */
export const questionPage = ({ person, path, fields, cameFrom, ...asked }: AskedForm) =>
  renderPage(
    <Layout title={titleOf(asked)} person={person}>
      <main>
        <Ask asked={asked} action={path} fields={fields} keep={{ href: cameFrom, label: 'Cancel' }} />
      </main>
    </Layout>,
  )
