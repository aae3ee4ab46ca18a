import Ajv from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { failures, type Reason } from '../../src/failures.ts'
import { describeApi } from '../../src/http/openapi/document.ts'

interface Described {
  headers?: Record<string, { $ref: string }>
  content?: { 'application/json': { schema: object } }
}
interface Header {
  required?: boolean
  schema: { type: string }
}

const document = describeApi()
const paths = document.paths as Record<
  string,
  Record<string, { responses: Record<string, Described> } | undefined>
>
const headers = document.components.headers as Record<string, Header>
const elsewhere: Record<string, Described> = document.components.responses

const ajv = new Ajv({ strict: false, allErrors: true })
addFormats(ajv)
ajv.addSchema(document, 'openapi')
const compiled = new Map<string, (value: unknown) => string | undefined>()

/** A check for what stands at a place of the document, compiled once. */
const schemaAt = (...place: string[]) => {
  const pointer = place.map((step) => step.replaceAll('~', '~0').replaceAll('/', '~1')).join('/')
  const known = compiled.get(pointer)
  if (known) return known
  const validate = ajv.compile({ $ref: `openapi#/${pointer}` })
  const check = (value: unknown) => (validate(value) ? undefined : ajv.errorsText(validate.errors))
  compiled.set(pointer, check)
  return check
}

const patterns = Object.keys(paths).map((path) => ({
  path,
  pattern: new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
}))

/** Where the document describes the answer, and what it says. A literal path comes before one with parameters. */
const find = (method: string, target: string, status: number) => {
  const { pathname } = new URL(target, 'http://localhost')
  const matching = patterns.filter(({ pattern }) => pattern.test(pathname)).map(({ path }) => path)
  const path = matching.find((one) => !one.includes('{')) ?? matching[0]
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
  const described = path === undefined ? undefined : paths[path]?.[verb]?.responses[status]
  if (path !== undefined && described)
    return { described, place: ['paths', path, verb, 'responses', `${status}`] }
  const known = path !== undefined && paths[path]?.[verb] !== undefined
  const other = known ? undefined : elsewhere[status]
  return other && { described: other, place: ['components', 'responses', `${status}`] }
}

/** A failure's sentence as a pattern: what the moment fills in may be anything. */
const sentencePattern = (reason: Reason) =>
  new RegExp(
    `^${RegExp.escape(failures[reason].sentence).replace('\\{detail\\}', '.+').replace('\\{seconds\\}', '[1-9]\\d*')}$`,
    's',
  )

const ours = new Set(
  Object.keys(headers)
    .filter((name) => !name.endsWith('-optional'))
    .map((name) => name.toLowerCase()),
)

const headerProblems = (described: Described, response: Response) => {
  const problems: string[] = []
  const allowed = new Map(
    Object.entries(described.headers ?? {}).map(([name, { $ref }]) => [
      name.toLowerCase(),
      $ref.split('/').at(-1) ?? '',
    ]),
  )
  for (const [name, component] of allowed) {
    const { required, schema } = headers[component] ?? { schema: { type: 'string' } }
    const text = response.headers.get(name)
    if (text === null && required) problems.push(`the header ${name} is missing`)
    if (text === null) continue
    const value = schema.type === 'integer' ? Number(text) : text
    const problem = schemaAt('components', 'headers', component, 'schema')(value)
    if (problem) problems.push(`the header ${name}: ${problem}`)
  }
  for (const name of response.headers.keys())
    if (ours.has(name) && !allowed.has(name)) problems.push(`the header ${name} is not described`)
  return problems
}

const bodyProblems = async (place: string[], response: Response) => {
  const type = response.headers.get('content-type') ?? ''
  if (!type.startsWith('application/json')) return [`the content type is ${type}`]
  const body = (await response.json()) as { success?: unknown; code?: Reason; error?: string }
  const problem = schemaAt(...place, 'content', 'application/json', 'schema')(body)
  if (problem) return [problem]
  if (body.success === true || body.code === undefined) return []
  return sentencePattern(body.code).test(body.error ?? '') ? [] : [`${body.code} says: ${body.error}`]
}

/**
 * What of an answer `/openapi.json` does not allow: empty for a right one, and for what is not under /api/v1. The answer
 * stays readable.
 */
export const nonconformities = async (
  method: string,
  target: string,
  response: Response,
): Promise<string[]> => {
  if (!/^(?:https?:\/\/[^/]+)?\/api\/v1\//.test(target)) return []
  const found = find(method, target, response.status)
  if (!found) return [`${response.status} is not described: ${await response.clone().text()}`]
  const { described, place } = found
  const body = method === 'HEAD' ? [] : await bodyProblems(place, response.clone())
  return [...headerProblems(described, response), ...body]
}

/** What of a webhook's body the document does not allow; undefined for a right one. */
export const webhookProblem = (event: string, payload: unknown) =>
  schemaAt('webhooks', event, 'post', 'requestBody', 'content', 'application/json', 'schema')(payload)

/** The answer itself, where `/openapi.json` allows it. What it does not allow fails the test. */
export const conforming = async (method: string, target: string, response: Response): Promise<Response> => {
  const problems = await nonconformities(method, target, response)
  if (problems.length > 0)
    throw new Error(
      `${method} ${target} answered ${response.status}, which src/http/openapi does not describe: ${problems.join('; ')}`,
    )
  return response
}
