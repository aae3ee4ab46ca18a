import { z } from 'zod'
import type { Reason } from '../../failures.ts'
import { leakReports } from '../leaks.ts'
import { header } from './headers.ts'
import { refusalResponses } from './refusals.ts'

/** What others report without a key: finders of leaked keys, and providers. */
export const describeReports = () => ({
  '/leaks': {
    post: {
      operationId: 'reportLeak',
      summary: 'Report a leaked key',
      description:
        'For anybody who has found an API key or an admin token, with the key as the only proof. A live key is disabled before the response.',
      tags: ['Reports'],
      security: [],
      requestBody: {
        required: true,
        content: {
          'application/json': {
            schema: z.toJSONSchema(leakReports, { io: 'input', target: 'openapi-3.0' }),
            example: { key: 'bvai_sk_…', where: 'https://code.example/acme/app/blob/main/.env#L3' },
          },
        },
      },
      responses: {
        200: success({
          type: 'object',
          required: ['received', 'switched_off'],
          additionalProperties: false,
          properties: {
            received: { type: 'integer', description: 'How many reports the request had.' },
            switched_off: { type: 'integer', description: 'How many live keys it disabled.' },
          },
        }),
        ...refusalResponses([...anywhere, ...leakRefusals], false),
      },
    },
  },
  '/hooks/{provider}/{account}': {
    post: {
      operationId: 'reportEvents',
      summary: 'Report events of calls',
      description:
        'For voice providers, which get this URL when you save an account. Each provider has its own format, and proves with its own signature that the report is its own.',
      tags: ['Reports'],
      security: [],
      parameters: [
        { name: 'provider', in: 'path', required: true, schema: { type: 'string' } },
        { name: 'account', in: 'path', required: true, schema: { type: 'string' } },
      ],
      requestBody: { required: true, content: { '*/*': {} } },
      responses: {
        200: {
          description: 'The events count. Some providers get a body of their own.',
          headers: { 'X-Request-Id': header('X-Request-Id', true) },
          content: { 'application/json': { schema: { type: 'object' } } },
        },
        ...refusalResponses([...anywhere, ...hookRefusals], false),
      },
    },
  },
})

const anywhere: readonly Reason[] = [
  'https_required',
  'invalid_host',
  'misdirected_request',
  'url_too_long',
  'key_in_url',
  'invalid_body',
  'body_too_large',
  'body_too_slow',
  'unsupported_encoding',
  'internal',
  'storage_unavailable',
]
const leakRefusals: readonly Reason[] = [
  'invalid_json',
  'invalid_query',
  'unsupported_media_type',
  'too_many_invalid_keys',
]
const hookRefusals: readonly Reason[] = [
  'invalid_signature',
  'not_found',
  'too_many_invalid_signatures',
  'reports_busy',
]

const success = (data: object) => ({
  description: 'Success.',
  headers: {
    'X-Request-Id': header('X-Request-Id', true),
    'Cache-Control': header('Cache-Control', true),
  },
  content: {
    'application/json': {
      schema: {
        type: 'object',
        required: ['success', 'data'],
        additionalProperties: false,
        properties: { success: { type: 'boolean', const: true }, data },
      },
    },
  },
})
