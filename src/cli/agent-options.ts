import { fieldHelp, fieldTitle } from '../providers/agent-field.ts'
import { providerKinds } from '../providers/kinds.ts'

/** Where an agent lives, as options of a command. */
export const dialOptions = {
  ref: {
    type: 'string',
    description: 'Who speaks: its ID at the provider (see PROVIDERS); empty for none',
    valueHint: 'id',
  },
  from: {
    type: 'string',
    description: 'What it calls from (see PROVIDERS); empty for none',
    valueHint: 'number|id',
  },
} as const

/** What the help of the commands with these options says of each provider. */
export const dialHelp = (words: string[]) => {
  if (!['agent create', 'agent change'].includes(words.join(' '))) return ''
  const lines = providerKinds.flatMap(({ name, agent: { ref, from } }) => [
    `  ${name}`,
    `    --ref   ${fieldTitle(ref)}: ${fieldHelp(ref)}`,
    `    --from  ${fieldTitle(from)}: ${fieldHelp(from)}`,
  ])
  return `\n${['PROVIDERS', '', ...lines].join('\n')}\n`
}
