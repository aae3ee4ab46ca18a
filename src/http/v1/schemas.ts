import { z } from 'zod'
import { environmentNames, plans } from '../../keys/keyring.ts'
import { callStatuses, reasonCodes, sentiments } from '../../calls/call.ts'

const time = z.iso.datetime()

/** Any JSON object, kept as it is: `z.record` would drop a member called `__proto__`. */
export const jsonObject = (error?: string) =>
  z
    .custom<Record<string, unknown>>(
      (value) =>
        typeof value === 'object' && value !== null && !Array.isArray(value) && !JSON.isRawJSON(value),
      error,
    )
    .meta({ type: 'object' })

export const triggered = z.object({
  success: z.literal(true),
  call_id: z.uuid(),
  status: z.literal('initiated'),
})

export const keyStatus = z.object({
  success: z.literal(true),
  data: z.object({
    agency: z.object({ id: z.string(), name: z.string(), plan: z.enum(plans) }),
    environment: z.enum(environmentNames),
    key: z.object({ last4: z.string(), created_at: time, age_days: z.int() }),
    limits: z.object({
      requests: z.object({
        limit: z.int(),
        window_seconds: z.int(),
        remaining: z.int().describe('How many more requests the window grants now.'),
        reset_seconds: z.int().describe('When the oldest request leaves the window.'),
      }),
      concurrent_calls: z.object({ limit: z.int(), active: z.int(), remaining: z.int() }),
    }),
  }),
})

export const agent = z.object({
  agent_id: z.uuid(),
  name: z.string(),
  provider: z.string(),
  is_default: z.boolean().describe('Takes the calls of this environment that name no agent.'),
})

export const agentList = z.object({ success: z.literal(true), data: z.array(agent) })

export const call = z.object({
  call_id: z.uuid(),
  status: z.enum(callStatuses),
  direction: z.literal('outbound'),
  environment: z.enum(environmentNames),
  agent_id: z.uuid(),
  provider: z.string().describe('Who dials: `simulator` or a voice provider.'),
  phone_number: z.string(),
  from_number: z.string().nullable(),
  name: z.string().nullable(),
  email: z.string().nullable(),
  metadata: jsonObject().nullable(),
  reason_code: z.enum(reasonCodes).nullable().describe('Why it ended other than by itself.'),
  reason: z.string().nullable().describe('The same, and more, in words.'),
  created_at: time,
  ringing_at: time.nullable(),
  started_at: time.nullable().describe('When it was answered.'),
  ended_at: time.nullable().describe('When it was over; null while it is not.'),
  duration_seconds: z.int().nullable().describe('From the answer to the end; null while not known.'),
  summary: z.string().nullable(),
  sentiment: z.enum(sentiments).nullable(),
  transcript: z.array(z.object({ role: z.enum(['agent', 'human']), content: z.string() })).nullable(),
  recording_url: z.string().nullable(),
  cost_cents: z.int().nullable(),
})

export const callRecord = z.object({ success: z.literal(true), data: call })

export const callPage = z.object({
  success: z.literal(true),
  data: z.array(call),
  next_cursor: z.string().nullable().describe('Asks for the calls after these; null when there are none.'),
})
