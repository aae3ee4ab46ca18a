import { z } from 'zod'
import { importNumbers } from '../../do-not-call/operations/import.ts'
import type { Reason } from '../../failures.ts'
import type { Operation } from '../../operation/operation.ts'
import { nouns } from '../../operations.ts'
import { header } from './headers.ts'
import { refusalResponses } from './refusals.ts'

/** The errors of every operation. */
export const adminRefusals: readonly Reason[] = [
  'https_required',
  'invalid_host',
  'misdirected_request',
  'url_too_long',
  'key_in_url',
  'invalid_input',
  'invalid_query',
  'invalid_phone_number',
  'agent_not_found',
  'no_agent',
  'invalid_body',
  'invalid_json',
  'missing_admin_token',
  'wrong_scheme',
  'invalid_admin_token',
  'wrong_credential',
  'access_locked',
  'operator_only',
  'permission_required',
  'agency_suspended',
  'plan_required',
  'wrong_agency',
  'not_found',
  'body_too_slow',
  'conflict',
  'key_changed',
  'last_operator',
  'server_needed',
  'body_too_large',
  'unsupported_media_type',
  'unsupported_encoding',
  'concurrency_limited',
  'too_many_invalid_keys',
  'request_aborted',
  'provider_unavailable',
  'internal',
  'storage_unavailable',
]

/** The admin API: a path per operation from its schemas, and a path for its preview. */
export const describeAdminApi = (operations: readonly Operation[]) =>
  Object.fromEntries([
    ...operations.map((operation) => [
      `/api/admin/v1/${operation.name}`,
      {
        post: {
          ...describe(operation.name, operation.summary, tagOf(operation), operation.input, operation.output),
          ...(operation.name === importNumbers.name && asFile(operation)),
        },
      },
    ]),
    [
      '/api/admin/v1/{operation}/preview',
      {
        post: {
          ...describe(
            'preview',
            'Shows what would stop working if the operation were performed with this input. Changes nothing.',
            anyOperation,
            z.looseObject({}),
            z.object({ ends: z.string().nullable() }),
          ),
          parameters: [{ name: 'operation', in: 'path', required: true, schema: { type: 'string' } }],
        },
      },
    ],
  ])

const anyOperation = 'Admin API'
const tagOf = ({ name }: Operation) => `${anyOperation}: ${name.split('.')[0]}`

/** A group for each noun, as the help describes it. */
export const adminTags = (operations: readonly Operation[]) =>
  [...new Set([...operations.map(tagOf), anyOperation])].map((name) => {
    const help = nouns[name.slice(anyOperation.length + 2)]
    return { name, ...(help !== undefined && { description: `${help}.` }) }
  })

const responseName = (status: string) => `Admin${status}`

/** The errors, the same for all operations: each by its status. */
export const adminRefusalComponents = () =>
  Object.fromEntries(
    Object.entries(refusalResponses(adminRefusals, false)).map(([status, response]) => [
      responseName(status),
      response,
    ]),
  )

const refusalReferences = Object.fromEntries(
  Object.keys(refusalResponses(adminRefusals, false)).map((status) => [
    status,
    { $ref: `#/components/responses/${responseName(status)}` },
  ]),
)

/** A whole file takes the place of the entries; the other fields go into the query. */
const asFile = ({ input }: Operation) => {
  const { properties = {}, ...json } = jsonSchema(input, 'input')
  const { entries: _, ...others } = properties
  return {
    parameters: Object.entries(others).map(([name, schema]) => ({ name, in: 'query', schema })),
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: { ...json, properties } },
        'text/csv': {
          schema: { type: 'string', description: 'Columns: phone_number, reason, expires_at. Up to 64 MB.' },
        },
      },
    },
  }
}

const describe = (
  operationId: string,
  summary: string,
  tag: string,
  input: z.ZodType,
  output: z.ZodType,
) => ({
  operationId,
  summary,
  tags: [tag],
  security: [{ adminToken: [] }],
  requestBody: {
    required: false,
    content: { 'application/json': { schema: jsonSchema(input, 'input') } },
  },
  responses: {
    200: {
      description: 'Success.',
      headers: {
        'X-Request-Id': header('X-Request-Id', true),
        'Cache-Control': header('Cache-Control', true),
      },
      content: {
        'application/json': {
          schema: {
            type: 'object',
            properties: { success: { const: true }, data: jsonSchema(output, 'output') },
            required: ['success', 'data'],
            additionalProperties: false,
          },
        },
      },
    },
    ...refusalReferences,
  },
})

const jsonSchema = (schema: z.ZodType, io: 'input' | 'output') => {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any', override: plainer })
  return rest
}

/** Removes zod's patterns for times, which repeat the format, and metadata for the command line. */
const plainer = ({ jsonSchema: made }: { jsonSchema: z.core.JSONSchema.BaseSchema }) => {
  if (made.format !== undefined || made.type === 'integer') delete made.pattern
  for (const name of ['hint', 'nullWord', 'secret']) delete made[name]
}
