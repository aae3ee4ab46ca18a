import { Elysia } from 'elysia'
import { type AccountPagesDeps, accountPages } from './account/account-pages.tsx'
import { type AgencyPagesDeps, agencyPages } from './agencies/agency-pages.tsx'
import { type AgentPagesDeps, agentPages } from './agents/agent-pages.tsx'
import { type ConfirmationPagesDeps, confirmationPages } from './confirmation/confirmation-pages.ts'
import { type EnrolmentPagesDeps, enrolmentPages } from './account/enrolment-pages.tsx'
import { type FactorPagesDeps, factorPages } from './account/factor-pages.tsx'
import { type SecondFactorPagesDeps, secondFactorPages } from './second-factor/second-factor-pages.tsx'
import { type AlertPagesDeps, alertPages } from './alerts/alert-pages.tsx'
import { agencyAuditPages, auditPages, type AuditPagesDeps } from './audit/audit-pages.tsx'
import { assets } from '../page/assets/index.ts'
import { type CallPagesDeps, callPages } from './calls/call-pages.tsx'
import {
  type DoNotCallPagesDeps,
  doNotCallPages,
  gateDoNotCallPages,
} from './do-not-call/do-not-call-pages.tsx'
import { type EntranceDeps, entrance } from './entrance/entrance.tsx'
import { type OidcSignInDeps, oidcSignIn } from './entrance/oidc-sign-in.tsx'
import { type PasskeySignInDeps, passkeySignIn } from './entrance/passkey-sign-in.tsx'
import { type InvitedPagesDeps, invitedPages } from './entrance/invited-pages.tsx'
import { type FindPagesDeps, findPages } from './find/find-pages.tsx'
import { type IntegrationPagesDeps, integrationPages } from './integrations/integration-pages.tsx'
import { keyPages } from './keys/key-pages.tsx'
import { type LimitPagesDeps, limitPages } from './integrations/limit-pages.tsx'
import { type OperatorPagesDeps, operatorPages } from './agencies/operator-pages.tsx'
import { type PeoplePagesDeps, peoplePages } from './people/people-pages.tsx'
import { type PredialPagesDeps, predialPages } from './predial/predial-pages.tsx'
import { type ProviderPagesDeps, providerPages } from './providers/provider-pages.tsx'
import { type RulePagesDeps, rulePages } from './rules/rule-pages.tsx'
import { type SetupPagesDeps, setupPages } from './setup/setup-pages.tsx'
import { stylePages } from './style/style-pages.tsx'
import { type TestCallsDeps, testCalls } from './calls/test-calls.ts'
import { type TokenPagesDeps, tokenPages } from './tokens/token-pages.tsx'
import { type RequestPagesDeps, requestPages } from './usage/request-pages.tsx'
import { type UsagePagesDeps, usagePages } from './usage/usage-pages.tsx'
import { type ReleasePagesDeps, releasePages } from './calls/release-pages.tsx'
import { type WebhookPagesDeps, webhookPages } from './webhooks/webhook-pages.tsx'

/** The dependencies of all sections together. */
type AdminDeps = AccountPagesDeps &
  AgencyPagesDeps &
  AgentPagesDeps &
  AlertPagesDeps &
  AuditPagesDeps &
  CallPagesDeps &
  ConfirmationPagesDeps &
  EnrolmentPagesDeps &
  DoNotCallPagesDeps &
  EntranceDeps &
  FactorPagesDeps &
  FindPagesDeps &
  IntegrationPagesDeps &
  InvitedPagesDeps &
  LimitPagesDeps &
  OperatorPagesDeps &
  OidcSignInDeps &
  PasskeySignInDeps &
  PeoplePagesDeps &
  PredialPagesDeps &
  ProviderPagesDeps &
  SecondFactorPagesDeps &
  ReleasePagesDeps &
  RequestPagesDeps &
  RulePagesDeps &
  SetupPagesDeps &
  TestCallsDeps &
  TokenPagesDeps &
  UsagePagesDeps &
  WebhookPagesDeps

/** The dashboard. Forms post, and changes respond with a redirect, except the one response that shows a new key. */
export const admin = (deps: AdminDeps) =>
  new Elysia({ name: 'admin', prefix: '/admin' })
    .use(assets) // style and script, cached by content
    .use(entrance(deps)) // setup, sign-in, sign-out
    .use(invitedPages(deps)) // one-time links: to an account, to a new password
    .use(passkeySignIn(deps)) // signing in with a passkey alone
    .use(oidcSignIn(deps)) // signing in at an OpenID Connect provider
    .use(secondFactorPages(deps)) // the second step of signing in
    .use(confirmationPages(deps)) // who it is, before sensitive operations
    .use(factorPages(deps)) // one's own second factors
    .use(enrolmentPages(deps)) // adding one
    .use(stylePages(deps)) // all parts of pages, while they are worked on
    .use(keyPages(deps)) // the keyboard shortcuts
    .use(accountPages(deps)) // one's own password and sessions
    .use(peoplePages(deps)) // who may sign in, for the operator
    .use(tokenPages(deps)) // what programs administer with
    .use(alertPages(deps)) // what operators have to know of calls
    .use(auditPages(deps)) // who did what
    .use(gateDoNotCallPages(deps)) // numbers that nobody calls
    .use(findPages(deps)) // what the search box finds
    .use(agencySections(deps)) // the agencies, and what each has

/** A part of its own, because TypeScript gives up on the type of a longer chain. */
const agencySections = (deps: AdminDeps) =>
  new Elysia({ name: 'agency-sections' })
    .use(agencyAuditPages(deps)) // who did what in an agency
    .use(doNotCallPages(deps)) // numbers that an agency does not call
    .use(agencyPages(deps)) // the agencies
    .use(setupPages(deps)) // the first agency, and its first call
    .use(operatorPages(deps)) // their plans, and whether they ring real phones
    .use(agentPages(deps)) // an agency's agents
    .use(callPages(deps)) // its calls, and the slots that they hold
    .use(releasePages(deps)) // giving a slot back by hand, for operators
    .use(usagePages(deps)) // how it uses the API
    .use(requestPages(deps)) // why one request was rejected
    .use(integrationPages(deps)) // its keys and switches
    .use(testCalls(deps)) // a call that rings nobody
    .use(limitPages(deps)) // what the operator lets an environment do
    .use(rulePages(deps)) // which calls may ring a phone
    .use(webhookPages(deps)) // where its events go
    .use(predialPages(deps)) // who is asked before its calls are placed
    .use(providerPages(deps)) // its accounts at voice providers
