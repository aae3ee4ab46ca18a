import type { z } from 'zod'
import type { Reason } from '../../failures.ts'
import { listQuery } from '../v1/list.ts'
import { agentList, callAnswer, callPage, keyStatus, triggered } from '../v1/schemas.ts'
import { triggerBody } from '../v1/trigger.ts'
import * as example from './examples.ts'

/** A route of the API as its reader knows it. A test holds the table against the routes that are there. */
export interface ApiRoute {
  method: 'get' | 'post'
  path: string
  id: string
  summary: string
  description: string
  query?: z.ZodObject
  /** Whether an `Idempotency-Key` makes it repeatable. */
  repeatable?: boolean
  body?: { schema: z.ZodType; examples: Record<string, { summary: string; value: unknown }> }
  answer: Answer
  /** What it can be refused for beside what every route can. */
  refusals: Reason[]
}

/** What success brings: JSON, or a file as it comes. */
type Answer = { schema: z.ZodType; example: unknown } | { file: 'audio/*' }

export const apiRoutes: readonly ApiRoute[] = [
  {
    method: 'post',
    path: '/api/v1/calls/trigger',
    id: 'triggerCall',
    summary: 'Trigger a call',
    description:
      'Starts a call and answers as soon as it is on disk; the phone rings afterwards. Send an `Idempotency-Key`: a retry with it gets the first answer again and rings nobody twice.',
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
      'concurrency_limited',
      'request_aborted',
    ],
  },
  {
    method: 'get',
    path: '/api/v1/calls',
    id: 'listCalls',
    summary: 'List calls',
    description: 'The calls of the key’s environment, newest first, page by page.',
    query: listQuery,
    answer: { schema: callPage, example: example.page },
    refusals: ['invalid_query'],
  },
  {
    method: 'get',
    path: '/api/v1/calls/{call_id}',
    id: 'getCall',
    summary: 'Look at a call',
    description: 'How a call goes, and went.',
    answer: { schema: callAnswer, example: example.record },
    refusals: ['wrong_agency', 'not_found'],
  },
  {
    method: 'post',
    path: '/api/v1/calls/{call_id}/end',
    id: 'endCall',
    summary: 'End a call',
    description: 'Hangs up. Ending a call that is over already changes nothing and is no failure.',
    answer: { schema: callAnswer, example: example.ended },
    refusals: ['wrong_agency', 'not_found', 'request_aborted', 'provider_unavailable'],
  },
  {
    method: 'get',
    path: '/api/v1/calls/{call_id}/recording',
    id: 'getRecording',
    summary: 'Get a recording',
    description:
      'The recording of a call that is over, fetched from its provider. Takes a `Range` of bytes where the provider does. It counts as a request of the window, and places no call.',
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
    summary: 'List agents',
    description: 'The agency’s agents, with the ids that a trigger names them by.',
    answer: { schema: agentList, example: example.agents },
    refusals: [],
  },
  {
    method: 'get',
    path: '/api/v1/key',
    id: 'getKey',
    summary: 'Look at the key',
    description:
      'Whose key this is, and what is left of its limits. It rings no phone: the safe way to try a new key.',
    answer: { schema: keyStatus, example: example.key },
    refusals: [],
  },
]
