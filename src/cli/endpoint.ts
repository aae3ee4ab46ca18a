import { type Action, commandLine } from '../audit.ts'
import type { NotPromise } from '../calls/commit.ts'
import { Refusal } from '../failures.ts'
import type { EnvironmentName } from '../keys/keyring.ts'
import { agencyId, environmentName, findEnvironment, json, type Stores } from './io.ts'

export const whose = { ...agencyId, ...environmentName, ...json }
interface Whose {
  agency: string
  environment: EnvironmentName
}

export const findWebhook = (stores: Stores, { agency, environment: name }: Whose) => {
  const environment = findEnvironment(stores, agency, name)
  const webhook = stores.webhooks.find(environment.id)
  if (!webhook) throw new Refusal(`There is no webhook in ${name}. Use: callgate webhook set`)
  return { environment, webhook }
}

/** Makes a change and writes it to the audit. */
export const changeWebhook = <T>(
  stores: Stores,
  { agency, environment }: Whose,
  action: Action,
  make: () => NotPromise<T>,
): T => stores.audit.change(make, { ...commandLine(Date.now()), action, agency, environment })
