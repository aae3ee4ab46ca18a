import { Elysia } from 'elysia'
import type { Services } from '../../services.ts'
import { accountPages } from './account.tsx'
import { agencyPages } from './agencies.tsx'
import { agentPages } from './agents.tsx'
import { agencyAuditPages, auditPages } from './audit.tsx'
import { assets } from './assets/index.ts'
import { callPages } from './calls.tsx'
import { entrance } from './entrance.tsx'
import { invitedPages } from './invited.tsx'
import { integrationPages } from './integrations.tsx'
import { limitPages } from './limits.tsx'
import { operatorPages } from './operator.tsx'
import { peoplePages } from './people.tsx'
import { providerPages } from './providers.tsx'
import { testCalls } from './test-call.ts'
import { tokenPages } from './tokens.tsx'
import { usagePages } from './usage.tsx'
import { webhookPages } from './webhooks.tsx'

/** The page. Every form posts, and every change answers with a redirect, except the one answer that shows a key. */
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
