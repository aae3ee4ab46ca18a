import {
  changePlan,
  createAgency,
  listAgencies,
  renameAgency,
  showAgency,
} from './agencies/operations/agency.ts'
import { changeAgent, createAgent, listAgents, showAgent } from './agencies/operations/agent.ts'
import { chooseDefaultAgent } from './agencies/operations/default-agent.ts'
import { deleteAgent } from './agencies/operations/delete-agent.ts'
import { deleteAgency } from './agencies/operations/delete.ts'
import { resumeAgency, suspendAgency } from './agencies/operations/suspend.ts'
import { endCall, releaseCall } from './calls/operations/end.ts'
import { forgetPerson } from './calls/operations/forget.ts'
import { listCalls, showCall } from './calls/operations/list.ts'
import { triggerCall } from './calls/operations/trigger.ts'
import { addNumber, checkNumber, listNumbers, removeNumber } from './do-not-call/operations/entries.ts'
import { exportNumbers } from './do-not-call/operations/export.ts'
import { importNumbers } from './do-not-call/operations/import.ts'
import { acknowledgeAlerts, listAlerts } from './alerts/operations/alerts.ts'
import { setAlertWebhook, testAlert } from './alerts/operations/webhook.ts'
import { listAudit } from './audit/operations/list.ts'
import { verifyAudit } from './audit/operations/verify.ts'
import { dialEnvironment, setLimits, showEnvironment } from './agencies/operations/environment.ts'
import { generateKey, rotateKey } from './keys/operations/generate.ts'
import { showKey } from './keys/operations/show.ts'
import { disableKey, enableKey } from './keys/operations/switch.ts'
import {
  invitePerson,
  listInvitations,
  listPeople,
  removePerson,
  resetPassword,
  revokeInvitation,
  setUpFirstPerson,
} from './people/operations/people.ts'
import { requireSecondFactor, resetSecondFactor, showGate } from './people/operations/second-factor.ts'
import { endSession, listSessions } from './people/operations/sessions.ts'
import { explainPolicy } from './policy/operations/explain.ts'
import { setPolicy, showPolicy } from './policy/operations/set.ts'
import { setTimeZone } from './people/operations/time-zone.ts'
import { createToken, listTokens, revokeToken } from './people/operations/tokens.ts'
import { listProviders, removeProvider, testProvider } from './providers/operations/account.ts'
import { setProvider } from './providers/operations/set.ts'
import { listDeliveries, replayWebhook, testWebhook } from './webhooks/operations/deliveries.ts'
import {
  disableWebhook,
  enableWebhook,
  removeWebhook,
  rotateWebhookSecret,
  setWebhook,
} from './webhooks/operations/set.ts'
import { removePredial, setPredial, showPredial, testPredial } from './predial/operations/predial.ts'
import { listWarnings } from './config/operations/warnings.ts'
import { listRefusals } from './usage/operations/refusals.ts'
import { showUsage } from './usage/operations/show.ts'
import type { Operation } from './operation/operation.ts'

/** All operations, in the order of the help. */
const list = [
  createAgency,
  listAgencies,
  showAgency,
  renameAgency,
  changePlan,
  suspendAgency,
  resumeAgency,
  deleteAgency,
  showEnvironment,
  dialEnvironment,
  setLimits,
  showPolicy,
  setPolicy,
  explainPolicy,
  createAgent,
  listAgents,
  showAgent,
  changeAgent,
  chooseDefaultAgent,
  deleteAgent,
  setProvider,
  listProviders,
  testProvider,
  removeProvider,
  generateKey,
  rotateKey,
  enableKey,
  disableKey,
  showKey,
  setWebhook,
  testWebhook,
  listDeliveries,
  replayWebhook,
  rotateWebhookSecret,
  enableWebhook,
  disableWebhook,
  removeWebhook,
  setPredial,
  showPredial,
  testPredial,
  removePredial,
  triggerCall,
  listCalls,
  showCall,
  endCall,
  releaseCall,
  forgetPerson,
  addNumber,
  removeNumber,
  checkNumber,
  listNumbers,
  importNumbers,
  exportNumbers,
  showUsage,
  listRefusals,
  listAudit,
  listAlerts,
  acknowledgeAlerts,
  setAlertWebhook,
  testAlert,
  setUpFirstPerson,
  listPeople,
  invitePerson,
  listInvitations,
  revokeInvitation,
  resetPassword,
  resetSecondFactor,
  removePerson,
  setTimeZone,
  listSessions,
  endSession,
  showGate,
  requireSecondFactor,
  verifyAudit,
  createToken,
  listTokens,
  revokeToken,
  listWarnings,
] as const

/** The nouns of the operations, as the help describes them. */
export const nouns: Readonly<Record<string, string>> = {
  agency: 'Agencies: create, list, rename, change the plan, suspend, delete',
  environment: 'Environments: show, set limits, dial for real or simulate',
  policy: 'Rules for calls: countries, hours, budgets; show, set, explain a number',
  agent: 'Agents: create, list, change, choose the default one, delete',
  provider: 'Accounts at voice providers: save, list, test, remove',
  key: 'API keys: generate, rotate, enable, disable, show',
  webhook: 'Webhooks: set, test, see deliveries, replay, rotate the secret',
  predial: 'Pre-dial hooks: set, show, test, remove',
  call: 'Calls: trigger, list, show, end, release a slot, forget a person',
  dnc: 'Do-not-call lists: add, remove, check, list, import, export',
  usage: 'Usage: what is taken of the limits, what came of requests, what was refused',
  audit: 'Audit: who did what',
  alert: 'Alerts: list, acknowledge, set the webhook, test',
  person: 'People who sign in: set up the first, invite, list, remove, let back in who is locked out',
  gate: 'The whole server: show its settings, require a second factor, verify the audit log',
  session: 'Sessions: list where a person is signed in, end them',
  server: 'Server: what it warns of',
  token: 'Admin tokens: create, list, revoke',
}

type DepsOf<T> = T extends { run(deps: infer Deps, context: never): unknown } ? Deps : never
type Together<T> = (T extends unknown ? (each: T) => void : never) extends (all: infer All) => void
  ? All
  : never

/** The dependencies of all operations together. */
export type OperationDeps = Together<DepsOf<(typeof list)[number]>>

export const operations = list as unknown as readonly Operation[]
