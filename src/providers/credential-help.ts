import type { Credential } from '../calls/provider.ts'
import { providerKinds } from './kinds.ts'

/** The meaning of a credential and where to find it, in sentences. */
export const credentialText = ({ description, find }: Pick<Credential, 'description' | 'find'>) =>
  `${description} ${find.where}`

/** The host of the vendor’s page about a credential, as the text of its link. */
export const pageHost = (page: string) => new URL(page).host

/** The name of a credential’s form field: the vendor’s own name for it. */
export const credentialTitle = ({ label, required }: Credential) => (required ? label : `${label} (optional)`)

/** The credentials of each provider, for the help of commands. */
export const credentialHelp = [
  'CREDENTIALS',
  '',
  ...providerKinds.flatMap(({ name, credentials }) => [
    `  ${name}`,
    ...credentials.flatMap((one) => [
      `    ${one.name}  ${credentialTitle(one)}: ${credentialText(one)}`,
      ...(one.find.page === undefined ? [] : [`      ${one.find.page}`]),
    ]),
  ]),
].join('\n')
