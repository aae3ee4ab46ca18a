import type { z } from 'zod'
import type { Reason } from '../../failures.ts'
import { listQuery } from '../v1/list.ts'
import { agentList, callAnswer, callPage, keyStatus, policyAnswer, triggered } from '../v1/schemas.ts'
import { triggerBody } from '../v1/trigger.ts'
import * as example from './examples.ts'

/** A documented route. A test compares the table with the routes of the app. */
export interface ApiRoute {
  method: 'get' | 'post'
  path: string
  id: string
  tag: (typeof apiTags)[number]['name']
  summary: string
  description: string
  query?: z.ZodObject
  /** True where it takes an `Idempotency-Key`. */
  repeatable?: boolean
  body?: { schema: z.ZodType; examples: Record<string, { summary: string; value: unknown }> }
  answer: Answer
  /** Its errors, besides those of every route. */
  refusals: Reason[]
}

/** The body of a success: JSON or a file. */
type Answer = { schema: z.ZodType; example: unknown } | { file: 'audio/*' }

/** The groups of the routes. */
export const apiTags = [
  { name: 'Calls', description: 'Trigger, list, get and end calls.' },
  { name: 'Agents', description: 'The voice agents that place calls.' },
  { name: 'Key', description: 'What the key may do, and what is left of its limits.' },
] as const

export const apiRoutes: readonly ApiRoute[] = [
  {
    method: 'post',
    path: '/api/v1/calls/trigger',
    id: 'triggerCall',
    tag: 'Calls',
    summary: 'Trigger a call',
    description:
      'Triggers a call and responds as soon as it is on disk; the phone rings afterwards. Send an `Idempotency-Key` so that you can retry safely: a retry gets the first response again, and nobody is called twice.',
    repeatable: true,
    body: { schema: triggerBody, examples: example.orders },
    answer: { schema: triggered, example: example.triggered },
    refusals: [
      'invalid_phone_number',
      'agent_not_found',
      'no_agent',
      'invalid_body',
      'invalid_json',
      'invalid_idempotency_key',
      'wrong_agency',
      'body_too_slow',
      'idempotency_in_flight',
      'body_too_large',
      'unsupported_media_type',
      'unsupported_encoding',
      'idempotency_mismatch',
      'destination_not_allowed',
      'do_not_call',
      'consent_required',
      'outside_calling_hours',
      'destination_limited',
      'budget_exceeded',
      'concurrency_limited',
      'request_aborted',
    ],
  },
  {
    method: 'get',
    path: '/api/v1/calls',
    id: 'listCalls',
    tag: 'Calls',
    summary: 'List calls',
    description:
      'Lists the calls of the key’s environment, newest first, in pages. All filters that you give apply together.',
    query: listQuery,
    answer: { schema: callPage, example: example.page },
    refusals: [],
  },
  {
    method: 'get',
    path: '/api/v1/calls/{call_id}',
    id: 'getCall',
    tag: 'Calls',
    summary: 'Get a call',
    description: 'Returns a call with its status and everything the provider has reported.',
    answer: { schema: callAnswer, example: example.record },
    refusals: ['wrong_agency', 'not_found'],
  },
  {
    method: 'post',
    path: '/api/v1/calls/{call_id}/end',
    id: 'endCall',
    tag: 'Calls',
    summary: 'End a call',
    description: 'Hangs up. Ending a call that is already over succeeds and changes nothing.',
    answer: { schema: callAnswer, example: example.ended },
    refusals: ['wrong_agency', 'not_found', 'request_aborted', 'provider_unavailable'],
  },
  {
    method: 'get',
    path: '/api/v1/calls/{call_id}/recording',
    id: 'getRecording',
    tag: 'Calls',
    summary: 'Get a recording',
    description:
      'The recording of an ended call, fetched from its provider. A `Range` header works if the provider supports it. The request counts against the rate limit and places no call.',
    answer: { file: 'audio/*' },
    refusals: [
      'wrong_agency',
      'not_found',
      'recording_not_found',
      'recordings_limited',
      'recording_unavailable',
    ],
  },
  {
    method: 'get',
    path: '/api/v1/agents',
    id: 'listAgents',
    tag: 'Agents',
    summary: 'List agents',
    description: 'Lists the agency’s agents with the IDs that you use in a trigger.',
    answer: { schema: agentList, example: example.agents },
    refusals: [],
  },
  {
    method: 'get',
    path: '/api/v1/policy',
    id: 'getPolicy',
    tag: 'Key',
    summary: 'Get the rules for calls',
    description:
      'Returns which numbers the key may call at which hours, and what is left of the budgets. The rules apply to calls that ring a phone, not to those of the simulator.',
    answer: { schema: policyAnswer, example: example.policy },
    refusals: [],
  },
  {
    method: 'get',
    path: '/api/v1/key',
    id: 'getKey',
    tag: 'Key',
    summary: 'Get the key',
    description:
      'Returns which agency and environment the key belongs to, and what is left of its limits. This places no call, so it is the safe way to check a new key.',
    answer: { schema: keyStatus, example: example.key },
    refusals: [],
  },
]
