import { Elysia } from 'elysia'
import type { Services } from '../../wiring.ts'
import { accountPages } from './account/account-pages.tsx'
import { agencyPages } from './agencies/agency-pages.tsx'
import { agentPages } from './agents/agent-pages.tsx'
import { agencyAuditPages, auditPages } from './audit/audit-pages.tsx'
import { assets } from '../page/assets/index.ts'
import { callPages } from './calls/call-pages.tsx'
import { entrance } from './entrance/entrance.tsx'
import { invitedPages } from './entrance/invited-pages.tsx'
import { integrationPages } from './integrations/integration-pages.tsx'
import { limitPages } from './integrations/limit-pages.tsx'
import { operatorPages } from './agencies/operator-pages.tsx'
import { peoplePages } from './people/people-pages.tsx'
import { providerPages } from './providers/provider-pages.tsx'
import { testCalls } from './calls/test-calls.ts'
import { tokenPages } from './tokens/token-pages.tsx'
import { usagePages } from './usage/usage-pages.tsx'
import { webhookPages } from './webhooks/webhook-pages.tsx'

/** The dashboard. Forms post, and changes respond with a redirect, except the one response that shows a new key. */
export const admin = (services: Services) =>
  new Elysia({ name: 'admin', prefix: '/admin' })
    .use(assets) // style and script, cached by content
    .use(entrance(services)) // setup, sign-in, sign-out
    .use(invitedPages(services)) // one-time links: to an account, to a new password
    .use(accountPages(services)) // one's own password and sessions
    .use(peoplePages(services)) // who may sign in, for the operator
    .use(tokenPages(services)) // what programs administer with
    .use(auditPages(services)) // who did what
    .use(agencyAuditPages(services)) // who did what in an agency
    .use(agencyPages(services)) // the agencies
    .use(operatorPages(services)) // their plans, and whether they ring real phones
    .use(agentPages(services)) // an agency's agents
    .use(callPages(services)) // its calls, and the slots that they hold
    .use(usagePages(services)) // how it uses the API
    .use(integrationPages(services)) // its keys and switches
    .use(testCalls(services)) // a call that rings nobody
    .use(limitPages(services)) // what the operator lets an environment do
    .use(webhookPages(services)) // where its events go
    .use(providerPages(services)) // its accounts at voice providers
