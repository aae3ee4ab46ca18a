import { fieldHelp, fieldTitle } from './agent-field.ts'
import { providerKinds } from './kinds.ts'

/** What each provider wants of an agent's `ref` and `from`, for the help of the commands that take them. */
export const agentHelp = [
  'PROVIDERS',
  '',
  ...providerKinds.flatMap(({ name, agent: { ref, from }, options }) => [
    `  ${name}`,
    `    --ref   ${fieldTitle(ref)}: ${fieldHelp(ref)}`,
    `    --from  ${fieldTitle(from)}: ${fieldHelp(from)}`,
    ...options.map((one) => `    --option ${one.name}=…  ${one.description}`),
  ]),
].join('\n')
