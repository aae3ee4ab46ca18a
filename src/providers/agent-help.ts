import { fieldHelp, fieldTitle } from './agent-field.ts'
import { providerKinds } from './kinds.ts'

/** The meaning of `ref` and `from` at each provider, for the help of commands. */
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
