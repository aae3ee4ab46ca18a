import Ajv from 'ajv/dist/2020'
import addFormats from 'ajv-formats'
import { failures, type Reason } from '../../src/failures.ts'
import { describeApi } from '../../src/http/openapi/document.ts'

interface Described {
  $ref?: string
  headers?: Record<string, { $ref: string }>
  content?: { 'application/json'?: { schema: object }; 'audio/*'?: object }
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
  pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}/?$`),
}))

/** Finds the description of a response in the document. A literal path comes before one with parameters. */
const find = (method: string, target: string, status: number) => {
  // Not by URL, which would leave out what a server is told after a #.
  const [pathname = ''] = target.replace(/^https?:\/\/[^/]+/, '').split('?')
  const matching = patterns.filter(({ pattern }) => pattern.test(pathname)).map(({ path }) => path)
  const path = matching.find((one) => !one.includes('{')) ?? matching[0]
  const verb = method === 'HEAD' ? 'get' : method.toLowerCase()
  const described = path === undefined ? undefined : paths[path]?.[verb]?.responses[status]
  if (path !== undefined && described) {
    const [, name] = /^#\/components\/responses\/(\w+)$/.exec(described.$ref ?? '') ?? []
    return name === undefined
      ? { described, place: ['paths', path, verb, 'responses', `${status}`] }
      : { described: elsewhere[name] ?? {}, place: ['components', 'responses', name] }
  }
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

const bodyProblems = (place: string[], type: string, text: string) => {
  if (!type.startsWith('application/json')) return [`the content type is ${type}`]
  const body = parsed(text) as { success?: unknown; code?: Reason; error?: string } | undefined
  if (!body) return [`the body is no JSON: ${text}`]
  const problem = schemaAt(...place, 'content', 'application/json', 'schema')(body)
  if (problem) return [problem]
  if (body.success === true || body.code === undefined) return []
  return sentencePattern(body.code).test(body.error ?? '') ? [] : [`${body.code} says: ${body.error}`]
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/**
 * What of an answer `/openapi.json` does not allow: empty for a right one, and for what has no description. The answer
 * stays readable. Of one that is cut, as by a kill, nothing: who reads it meets that.
 */
export const nonconformities = async (
  method: string,
  target: string,
  response: Response,
): Promise<string[]> => {
  if (!/^(?:https?:\/\/[^/]+)?\/(?:api\/(?:admin\/)?v1\/|leaks$|hooks\/)/.test(target)) return []
  const text = await response
    .clone()
    .text()
    .catch(() => undefined)
  if (text === undefined) return []
  const found = find(method, target, response.status)
  if (!found) return [`${response.status} is not described: ${text}`]
  const { described, place } = found
  const type = response.headers.get('content-type') ?? ''
  const isFile = described.content?.['audio/*'] !== undefined && /^audio\/[\w-]+$/.test(type)
  const body = method === 'HEAD' || isFile ? [] : bodyProblems(place, type, text)
  return [...headerProblems(described, response), ...body]
}

/** The problems of a webhook's body by the document; undefined for a valid one. */
export const webhookProblem = (event: string, payload: unknown) =>
  schemaAt('webhooks', event, 'post', 'requestBody', 'content', 'application/json', 'schema')(payload)

const noticed: string[] = []
const otherServers = new Set<string>()

/** For a server that has no API, and is asked to show it. */
export const holdNothingOf = (origin: string) => void otherServers.add(origin)

/**
 * Holds an answer against `/openapi.json`, and gives it on. What that does not allow is kept, and fails the test in the end:
 * thrown, it could be taken for a connection that broke.
 */
export const hold = async (method: string, target: string, response: Response): Promise<Response> => {
  if ([...otherServers].some((origin) => target.startsWith(origin))) return response
  const problems = await nonconformities(method, target, response)
  if (problems.length > 0)
    noticed.push(
      `${method} ${target} answered ${response.status}, which src/http/openapi does not describe: ${problems.join('; ')}`,
    )
  return response
}

/** Holds the answers to every `fetch` of this process from here on. */
export const holdFetch = () => {
  const plain = globalThis.fetch
  const held = async (input: string | URL | Request, init?: RequestInit) => {
    const asked = input instanceof Request ? input : undefined
    return hold(init?.method ?? asked?.method ?? 'GET', asked?.url ?? String(input), await plain(input, init))
  }
  globalThis.fetch = Object.assign(held, { preconnect: plain.preconnect })
}

/** The problems since the last call. */
export const takeNoticed = () => noticed.splice(0)
