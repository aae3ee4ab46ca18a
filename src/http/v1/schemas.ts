import { z } from 'zod'
import { callRecord } from '../../calls/record.ts'
import { environmentNames } from '../../agencies/environment.ts'
import { plans } from '../../agencies/agency.ts'
import { policyRecord } from '../../policy/record.ts'
import { time } from '../../names.ts'

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
        remaining: z.int().describe('How many more requests are allowed now.'),
        reset_seconds: z.int().describe('Seconds until the oldest request leaves the window.'),
      }),
      concurrent_calls: z.object({ limit: z.int(), active: z.int(), remaining: z.int() }),
    }),
  }),
})

export const agent = z.object({
  agent_id: z.uuid(),
  name: z.string(),
  provider: z.string(),
  is_default: z.boolean().describe('Whether the agent takes calls of this environment that name no agent.'),
})

export const agentList = z.object({ success: z.literal(true), data: z.array(agent) })

/** The rules for real calls of the key’s environment. */
export const policyAnswer = z.object({ success: z.literal(true), data: policyRecord })

export const callAnswer = z.object({ success: z.literal(true), data: callRecord })

export const callPage = z.object({
  success: z.literal(true),
  data: z.array(callRecord),
  next_cursor: z.string().nullable().describe('The `cursor` for the next page; null on the last page.'),
})
