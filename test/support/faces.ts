import { run } from '../../src/cli/run.ts'
import { failures, ApiError } from '../../src/failures.ts'
import { fieldsOf } from '../../src/operation/fields.ts'
import type { Operation } from '../../src/operation/operation.ts'
import { Server } from '../../src/server/server.ts'
import { silentLog } from '../../src/telemetry/log.ts'
import { takeCommands } from './commands.ts'
import type { PageForm } from './operation-cases.ts'
import { agreeing, textOf } from './page.ts'
import type { Role } from './roles.ts'
import { environmentOf, type Opened } from './world.ts'

export const faces = ['page', 'API', 'socket', 'remote', 'without server'] as const
export type Face = (typeof faces)[number]

/** The outcome of an attempt as the face shows it. The dashboard shows a refusal's sentence and status, and no data. */
export type Outcome =
  | { done: true; data?: unknown }
  | { done: false; code: string; sentence: string }
  | { done: false; status: number; text: string }

/** An operation, its input, and the credentials of a role. */
interface Attempt {
  operation: Operation
  input: Record<string, unknown>
  form: PageForm | null
  role: Role
  cookie: string | undefined
  token: string
}

/** Posts the form, or gets the page. A role without an account sends its token, which opens nothing here. */
export const attemptAtPage = async (
  { request }: Opened,
  { form, cookie, token }: Attempt,
): Promise<Outcome> => {
  if (!form) throw new Error('there is no such form')
  const headers = {
    'sec-fetch-site': 'same-origin',
    ...(cookie === undefined ? { authorization: `Bearer ${token}` } : { cookie }),
  }
  const post = (fields: Record<string, string>) =>
    request(form.path, { method: 'POST', headers, body: new URLSearchParams(fields) })
  const response =
    form.fields === undefined
      ? await request(form.path, { headers })
      : await agreeing(await post(form.fields), post)
  const { status } = response
  if (response.headers.get('location')?.startsWith('/admin/sign-in'))
    return { done: false, code: 'sign_in_needed', sentence: failures.sign_in_needed.sentence }
  return status < 400 ? { done: true } : { done: false, status, text: await textOf(response) }
}

export const attemptAtApi = async (
  { request }: Opened,
  { operation, input, token }: Attempt,
): Promise<Outcome> => {
  const response = await request(`/api/admin/v1/${operation.name}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  const body = (await response.json()) as Body
  if (body.success) return { done: true, data: body.data }
  expectStatus(body.code, response.status)
  return { done: false, code: body.code, sentence: body.error }
}

type Body = { success: true; data: unknown } | { success: false; code: string; error: string }

const expectStatus = (code: string, status: number) => {
  const { status: described } = failures[code as keyof typeof failures]
  if (described !== status) throw new Error(`${code} came with ${status}`)
}

/** Runs the command on a data directory, which the caller serves or not. */
export const attemptByCommand = async (
  path: string,
  { operation, input, token }: Attempt,
  options: string[] = [],
): Promise<Outcome> => {
  const asked = operation.ends ? ['--yes'] : []
  const { code, out, err } = await runIn(path, token, [...argvOf(operation, input), ...asked, ...options])
  if (code === 0) return { done: true, data: JSON.parse(out) as unknown }
  const said = JSON.parse(err) as { code: string; error: string }
  return { done: false, code: said.code, sentence: said.error }
}

const runIn = async (path: string, token: string, argv: string[]) => {
  let [out, err] = ['', '']
  const code = await run([...argv, '--json'], {
    env: { ...environmentOf(path), CALLGATE_ADMIN_TOKEN: token },
    isTerminal: false,
    out: (text) => (out += text),
    err: (text) => (err += text),
  })
  return { code, out, err }
}

const argvOf = (operation: Operation, input: Record<string, unknown>): string[] => [
  ...operation.name.split('.'),
  ...fieldsOf(operation).flatMap(({ name, flag, type }) => {
    const value = input[name]
    if (value === undefined) return []
    if (type !== 'json') return flagsOf(`--${flag}`, value)
    return [value].flat().flatMap((each) => [`--${flag}`, JSON.stringify(each)])
  }),
]

const flagsOf = (flag: string, value: unknown): string[] => {
  if (value === true) return [flag]
  if (Array.isArray(value)) return value.flatMap((each) => flagsOf(flag, each))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, each]) => [flag, `${name}=${each}`])
  return [flag, String(value ?? 'default')]
}

/** Runs `work` while commands on the data directory go through its server. */
export const servingSocket = async <T>(opened: Opened, work: () => Promise<T>): Promise<T> => {
  const end = takeCommands(opened, opened.path)
  try {
    return await work()
  } finally {
    end()
  }
}

export const throughSocket = (opened: Opened, attempt: Attempt) =>
  servingSocket(opened, () => attemptByCommand(opened.path, attempt))

/** Runs `work` while a server listens on loopback, with the options that send a command there. */
export const listening = async <T>(
  { services, config }: Opened,
  work: (options: string[]) => Promise<T>,
): Promise<T> => {
  const server = new Server(services, { ...config, host: '127.0.0.1', port: 0 }, silentLog)
  try {
    return await work(['--server', `http://127.0.0.1:${server.port}`])
  } finally {
    await server.cut()
  }
}

/** Runs the command with `--server`, where there is no data directory. */
export const fromElsewhere = (opened: Opened, attempt: Attempt) =>
  listening(opened, (server) => attemptByCommand('/nowhere', attempt, server))

/** What the operation would end, in the API's words. */
export const previewAtApi = async (
  { request }: Opened,
  token: string,
  { name }: Operation,
  input: Record<string, unknown>,
) => {
  const response = await request(`/api/admin/v1/${name}/preview`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(input),
  })
  return ((await response.json()) as { data: { ends: string } }).data.ends
}

/** What the operation would end, in the words of the command without `--yes`. */
export const previewByCommand = async (
  path: string,
  token: string,
  operation: Operation,
  input: Record<string, unknown>,
  options: string[] = [],
) => {
  const { err } = await runIn(path, token, [...argvOf(operation, input), ...options])
  const { code, error } = JSON.parse(err) as { code: string; error: string }
  return code === 'confirmation_required' ? error.replace(/ Add --yes to do it\.$/, '') : `${code}: ${error}`
}

/** The outcome of `perform` itself, with no face between. */
export const outcomeOf = async (doing: Promise<unknown>): Promise<Outcome> => {
  try {
    return { done: true, data: await doing }
  } catch (error) {
    if (error instanceof ApiError) return { done: false, code: error.reason, sentence: error.message }
    throw error
  }
}
