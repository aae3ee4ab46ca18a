import { sql } from 'drizzle-orm'
import { customType, index, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'
import { type Consent, callStatuses, dispatchStates, reasonCodes } from '../../calls/call.ts'
import { answeredBy, sentiments, type TranscriptLine } from '../../calls/call-details.ts'
import { parseExactly } from '../../json.ts'
import { agents, environments } from './agencies.ts'

/** A JSON object; its numbers keep their exact digits. */
const exactJson = customType<{ data: Record<string, unknown>; driverData: string }>({
  dataType: () => 'text',
  toDriver: (value) => JSON.stringify(value),
  fromDriver: (json) => parseExactly(json) as Record<string, unknown>,
})

export const calls = sqliteTable(
  'calls',
  {
    id: text().primaryKey(),
    agencyId: text('agency_id').notNull(),
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    agentId: text('agent_id')
      .notNull()
      .references(() => agents.id),
    provider: text().notNull(),
    accountId: text('account_id'),
    agentRef: text('agent_ref'),
    fromNumber: text('from_number'),
    phoneNumber: text('phone_number').notNull(),
    name: text(),
    email: text(),
    metadata: exactJson(),
    options: exactJson(),
    timeZone: text('time_zone'),
    consent: text({ mode: 'json' }).$type<Consent>(),
    spendingDay: text('spending_day'),
    status: text({ enum: callStatuses }).notNull(),
    dispatch: text({ enum: dispatchStates }).notNull(),
    providerCallId: text('provider_call_id'),
    telephonyCallId: text('telephony_call_id'),
    reasonCode: text('reason_code', { enum: reasonCodes }),
    reason: text(),
    answeredBy: text('answered_by', { enum: answeredBy }),
    createdAt: integer('created_at').notNull(),
    ringingAt: integer('ringing_at'),
    answeredAt: integer('answered_at'),
    endedAt: integer('ended_at'),
    hangUpPending: integer('hang_up_due', { mode: 'boolean' }).notNull().default(false),
    /** The time of the next request for missing details, and the number of requests so far. */
    detailsDueAt: integer('details_due_at'),
    detailsAttempts: integer('details_asked').notNull().default(0),
    /** The time of the next request whether an end that a hook reported is true. */
    endCheckDueAt: integer('end_check_due_at'),
    /** A call that is over here while its provider says that it is still running holds a lease. */
    stillRunningSince: integer('still_running_since'),
    stillRunningUntil: integer('still_running_until'),
    /** The first `not_found` of an unbroken series. */
    missingSince: integer('missing_since'),
    sentAt: integer('sent_at'),
    lastContactAt: integer('heard_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    durationSeconds: integer('duration_seconds'),
    optedOut: integer('opted_out', { mode: 'boolean' }).notNull().default(false),
    summary: text(),
    sentiment: text({ enum: sentiments }),
    transcript: text({ mode: 'json' }).$type<TranscriptLine[]>(),
    recordingRef: text('recording_url'),
    costCents: integer('cost_cents'),
    currency: text(),
    analysis: exactJson(),
    /** The number of the window grant that admitted the trigger, by which a start knows whether the journal has it. */
    grantNumber: integer('grant_number'),
    /** The `X-Request-Id` of its trigger. It has no index: it begins with its time, and the call's own id with one soon after. */
    requestId: text('request_id'),
  },
  (table) => [
    // A trigger writes to the end of the table, of its ids, and of the active calls. Each index by something else costs
    // it a page of its own, so those hold a call once it is over.
    index('calls_environment')
      .on(table.environmentId, table.id)
      .where(sql`ended_at is not null`),
    /** By number in all environments, or in one. */
    index('calls_to_number')
      .on(table.phoneNumber, table.environmentId, table.id)
      .where(sql`ended_at is not null`),
    index('calls_of_agent')
      .on(table.agentId, table.id)
      .where(sql`ended_at is not null`),
    index('calls_provider_call')
      .on(table.providerCallId, table.accountId)
      .where(sql`provider_call_id is not null`),
    index('calls_telephony')
      .on(table.telephonyCallId, table.accountId)
      .where(sql`telephony_call_id is not null`),
    index('calls_hang_up')
      .on(table.lastContactAt)
      .where(sql`hang_up_due`),
    index('calls_details')
      .on(table.detailsDueAt)
      .where(sql`details_due_at is not null`),
    index('calls_end_check')
      .on(table.endCheckDueAt)
      .where(sql`end_check_due_at is not null`),
    index('calls_still_running')
      .on(table.environmentId, table.id)
      .where(sql`still_running_since is not null and still_running_until is null`),
    /** Ended calls by age. */
    index('calls_ended')
      .on(table.endedAt)
      .where(sql`ended_at is not null`),
    /** Ended calls by status. */
    index('calls_outcome')
      .on(table.environmentId, table.status, table.id)
      .where(sql`ended_at is not null`),
    /** Calls by what their end was, beyond the status. */
    index('calls_reason')
      .on(table.environmentId, table.reasonCode, table.id)
      .where(sql`reason_code is not null`),
    /** Active calls, which are the leases, with those that are still running. */
    index('calls_active')
      .on(table.environmentId, table.id)
      .where(sql`ended_at is null`),
  ],
)

/** The call of an Idempotency-Key, written in the commit of the call. */
export const idempotencyKeys = sqliteTable(
  'idempotency_keys',
  {
    environmentId: text('environment_id')
      .notNull()
      .references(() => environments.id),
    key: text().notNull(),
    /** SHA-256 of the request, so that the key cannot be used for another one. */
    fingerprint: text().notNull(),
    callId: text('call_id')
      .notNull()
      .references(() => calls.id),
    createdAt: integer('created_at').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.environmentId, table.key] }),
    index('idempotency_keys_age').on(table.createdAt),
    index('idempotency_keys_call').on(table.callId),
  ],
)
