import { z } from 'zod'
import { version } from '../../../package.json'
import { alertPayload } from '../../alerts/alert.ts'
import { callRecord } from '../../calls/record.ts'
import { agent, agentList, callAnswer, callPage, keyStatus, policyAnswer, triggered } from '../v1/schemas.ts'
import { triggerBody } from '../v1/trigger.ts'
import { predialRequest, predialResponse } from '../../predial/request.ts'
import { webhookPayload } from '../../webhooks/event.ts'
import type { Operation } from '../../operation/operation.ts'
import { operations as allOperations } from '../../operations.ts'
import { adminRefusalComponents, adminRefusals, adminTags, describeAdminApi } from './admin.ts'
import { header, headerComponents } from './headers.ts'
import { describeReports } from './reports.ts'
import { type ApiRoute, apiRoutes, apiTags } from './routes.ts'
import { elsewhere, everywhere, refusalResponses } from './refusals.ts'
import { describeWebhooks } from './webhooks.ts'

/** The API in OpenAPI 3.1, made of the schemas that the routes use and of the table of errors. */
export const describeApi = (operations: readonly Operation[] = allOperations, publicUrl = '/') => ({
  openapi: '3.1.1',
  info: {
    title: 'callgate',
    version,
    summary: 'A gateway for voice-agent calls.',
    description:
      'Every request needs an API key. Every response has an `X-Request-Id` header and a `success` field. Errors also have `error`, `code`, `request_id` and `doc_url`.',
    license: { name: 'MIT', identifier: 'MIT' },
  },
  servers: [{ url: publicUrl }],
  tags: [
    ...apiTags,
    ...adminTags(operations),
    { name: 'Reports', description: 'What others report, without a key.' },
  ],
  security: [{ apiKey: [] }],
  paths: { ...paths(), ...describeAdminApi(operations), ...describeReports() },
  webhooks: describeWebhooks({
    event: reference(webhookPayload),
    alert: reference(alertPayload),
    predial: reference(predialRequest),
    predialResponse: reference(predialResponse),
  }),
  components: {
    securitySchemes: {
      apiKey: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'bvai_sk_ and 38 letters and digits',
        description: 'The environment’s API key. Use it only on servers, never in a browser or a URL.',
      },
      adminToken: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'bvai_admin_ and 38 letters and digits',
        description: 'For programs that manage callgate. An admin token never places a real call.',
      },
    },
    schemas: schemaComponents(),
    headers: headerComponents(),
    responses: {
      /** The errors of unknown paths and methods. */
      ...refusalResponses([...new Set([...everywhere, ...elsewhere, ...adminRefusals])]),
      ...adminRefusalComponents(),
    },
  },
})

const components = {
  Trigger: triggerBody,
  Triggered: triggered,
  Call: callRecord,
  CallRecord: callAnswer,
  CallPage: callPage,
  Agent: agent,
  AgentList: agentList,
  KeyStatus: keyStatus,
  Policy: policyAnswer,
  WebhookEvent: webhookPayload,
  Alert: alertPayload,
  PredialRequest: predialRequest,
  PredialResponse: predialResponse,
}

/** Removes zod's patterns for times and ids, which repeat the format at great length. */
const conversion: z.core.ToJSONSchemaParams = {
  unrepresentable: 'any',
  override: ({ jsonSchema }) => {
    if (jsonSchema.format !== undefined || jsonSchema.type === 'integer') delete jsonSchema.pattern
  },
}

const schemaComponents = () => {
  const registry = z.registry<{ id: string }>()
  for (const [id, schema] of Object.entries(components)) registry.add(schema, { id })
  const uri = (id: string) => `#/components/schemas/${id}`
  const read = z.toJSONSchema(registry, { ...conversion, uri, io: 'input' })
  const answered = z.toJSONSchema(registry, { ...conversion, uri, io: 'output' })
  return Object.fromEntries(
    Object.keys(components).map((id) => {
      const { $schema: _, $id: __, ...schema } = (id === 'Trigger' ? read : answered).schemas[id] ?? {}
      return [id, schema]
    }),
  )
}

const reference = (schema: z.ZodType) => {
  const [id] = Object.entries(components).find(([, component]) => component === schema) ?? []
  if (id === undefined) throw new Error('a schema of a route is no component')
  return { $ref: `#/components/schemas/${id}` }
}

const paths = () => {
  const byPath = Map.groupBy(apiRoutes, ({ path }) => path)
  return Object.fromEntries(
    [...byPath].map(([path, those]) => [
      path,
      Object.fromEntries(those.map((route) => [route.method, describe(route)])),
    ]),
  )
}

const describe = (route: ApiRoute) => ({
  operationId: route.id,
  tags: [route.tag],
  summary: route.summary,
  description: route.description,
  ...parametersOf(route),
  ...(route.body && {
    requestBody: {
      required: true,
      content: {
        'application/json': { schema: reference(route.body.schema), examples: route.body.examples },
      },
    },
  }),
  responses: { ...successes(route), ...refusalResponses([...everywhere, ...route.refusals]) },
})

const successes = (route: ApiRoute) =>
  'file' in route.answer
    ? { 200: success(route), 206: { ...success(route), description: 'The requested range.' } }
    : { 200: success(route) }

const success = ({ answer, repeatable }: ApiRoute) => ({
  description: 'Success.',
  headers: {
    'X-Request-Id': header('X-Request-Id', true),
    'Cache-Control': header('Cache-Control', true),
    RateLimit: header('RateLimit', true),
    'RateLimit-Policy': header('RateLimit-Policy', true),
    ...(repeatable && { 'Idempotent-Replayed': header('Idempotent-Replayed', false) }),
  },
  content:
    'file' in answer
      ? { [answer.file]: { schema: { type: 'string', format: 'binary' } } }
      : { 'application/json': { schema: reference(answer.schema), example: answer.example } },
})

const parametersOf = ({ path, query, repeatable }: ApiRoute) => {
  const parameters = [
    ...[...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
      name,
      in: 'path',
      required: true,
      description: 'The `call_id` from the trigger’s response.',
      schema: { type: 'string', format: 'uuid' },
    })),
    ...queryParameters(query),
    ...(repeatable ? [idempotencyKey] : []),
  ]
  return parameters.length > 0 ? { parameters } : {}
}

const idempotencyKey = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Makes retries safe: for 24 hours, the same key with the same body returns the first response again. 1 to 255 printable ASCII characters that contain no API key.',
  schema: { type: 'string', minLength: 1, maxLength: 257 },
}

const queryParameters = (query: z.ZodObject | undefined) => {
  if (!query) return []
  const { properties = {} } = z.toJSONSchema(query, { ...conversion, io: 'input' })
  // Zod omits the default of a transformed value.
  const usually = query.parse({})
  return Object.entries(properties).map(([name, property]) => {
    const { description, ...rest } = property as z.core.JSONSchema.BaseSchema
    const usual = usually[name]
    const schema = usual === undefined ? rest : { ...rest, default: usual }
    return { name, in: 'query', required: false, description, schema }
  })
}
