import { Elysia, ValidationError } from 'elysia'
import { ApiError, type Reason, storageUnavailable } from '../failures.ts'
import type { KeyInEnvironment } from '../keys/keyring.ts'
import type { Log } from '../telemetry/log.ts'
import type { Listener } from './address.ts'
import { pageHeaders } from './page/headers.ts'
import type { RecordRequest } from './record-request.ts'
import type { RouteTable } from './route-table.ts'
import { pathOf } from './url.ts'
import { ConfirmationNeeded } from './admin/confirmation/confirmation-needed.ts'
import { confirmationPage } from './admin/confirmation/confirmation.tsx'
import { QuestionNeeded } from './admin/question/question-needed.ts'
import { questionPage } from './admin/question/questions.tsx'
import { AlreadySent } from './admin/shown-once/already-sent.ts'
import { alreadySentPage } from './admin/shown-once/already-sent-page.tsx'
import { stepBefore } from './admin/entrance/going-to.ts'
import { failurePage } from './page/failure-page.tsx'
import type { RecordRefusal, RefusedRequest } from './record-refusal.ts'

interface FailureDeps {
  log: Log
  server: Listener
  routes: RouteTable
  /** The public address of this server, without a closing slash. */
  publicUrl(): string
  recordRefusal: RecordRefusal
  recordRequest: RecordRequest
  /** True for an error of the disk: full, failing or locked. */
  isStorageTrouble(error: unknown): boolean
}

interface Failed extends Omit<RefusedRequest, 'server'> {
  /** Set by `requestContext`. */
  begunAt?: number
  error: unknown
  code: unknown
  set: Answer
  /** Set once admission let the request in. */
  key?: KeyInEnvironment
}

/** Writes every error response: JSON for programs, a page for people, and no input in either. */
export const failure = ({
  log,
  server,
  routes,
  publicUrl,
  recordRefusal,
  recordRequest,
  isStorageTrouble,
}: FailureDeps) =>
  new Elysia({ name: 'failure' }).onError(
    { as: 'global' },
    ({ error, code, request, route, set, key, begunAt }: Failed) => {
      const path = pathOf(request)
      const refusal =
        code === 'NOT_FOUND' || isOfParams(error)
          ? unknownPath(request.method, routes.allow(path), isForPeople(path) ? undefined : flawOf(error))
          : refusalFrom(error, isStorageTrouble)
      const requestId = String(set.headers['x-request-id'])
      if (key) recordRefusal(key, refusal, { request, server, route, set }, true)
      if (refusal.status >= 500)
        log.error('request failed', {
          code: refusal.reason,
          request_id: requestId,
          error: trace(refusal.cause),
        })

      const answer = isForPeople(path)
        ? answerPerson(refusal, requestId, request, set)
        : answerProgram(refusal, set, publicUrl())
      recordRequest({ request, route, set, begunAt: begunAt ?? 0, key }, Number(set.status), refusal)
      return answer
    },
  )

interface Answer {
  status?: number | string
  headers: Record<string, string | number | string[]>
}

const isForPeople = (path: string) => /^\/(?:admin|docs)(?:\/|$)/.test(path)

/** Sets status and headers of an error, and returns its body. */
export const answerProgram = (refusal: ApiError, set: Answer, publicUrl: string) => {
  writeHead(refusal, set)
  return {
    success: false,
    error: refusal.message,
    code: refusal.reason,
    // Without a field at fault, `undefined`, which JSON leaves out.
    param: refusal.param,
    request_id: set.headers['x-request-id'],
    doc_url: `${publicUrl}/docs/errors#${refusal.reason}`,
  }
}

const answerPerson = (refusal: ApiError, requestId: string, request: Request, set: Answer) => {
  writeHead(refusal, set)
  Object.assign(set.headers, pageHeaders)
  if (refusal instanceof ConfirmationNeeded) return confirmationPage(refusal.form)
  if (refusal instanceof QuestionNeeded) return questionPage(refusal.form)
  if (refusal instanceof AlreadySent) return alreadySentPage(refusal.form)
  const step = missingSteps[refusal.reason]
  if (step !== undefined) {
    set.status = 303
    set.headers.location = refusal.reason === 'enrolment_needed' ? step : stepBefore(step, request)
  }
  return failurePage(refusal, requestId)
}

/** The pages of the steps that a visitor has yet to take. */
const missingSteps: Partial<Record<Reason, string>> = {
  sign_in_needed: '/admin/sign-in',
  second_factor_needed: '/admin/second-factor',
  enrolment_needed: '/admin/account/second-factor',
}

const writeHead = (refusal: ApiError, set: Answer) => {
  set.status = refusal.status
  set.headers['cache-control'] = 'no-store'
  if (refusal.status === 401 && refusal.reason !== 'sign_in_needed')
    set.headers['www-authenticate'] = challenge(refusal)
  // RFC 9110 §15.5.9: the connection closes, because the rest of the body is not read.
  if (refusal.status === 408) set.headers.connection = 'close'
  // RFC 9110 §12.5.3: the accepted content codings.
  if (refusal.reason === 'unsupported_encoding') set.headers['accept-encoding'] = 'identity'
  if (refusal.status === 405) set.headers.allow = refusal.detail
  if (refusal.retryAfterSeconds !== undefined) set.headers['retry-after'] = String(refusal.retryAfterSeconds)
}

const unknownPath = (method: string, allowed: string[], flaw?: { detail: string; param: string }) =>
  allowed.length > 0 && !allowed.includes(method)
    ? new ApiError('method_not_allowed', { detail: allowed.join(', ') })
    : new ApiError('not_found', flaw ?? { detail: 'There is nothing at this path.' })

const isOfParams = (error: unknown) => error instanceof ValidationError && error.type === 'params'

interface Issue {
  message: string
  path: unknown
}

/** The sentence of the schema for a part of the path that does not match it. */
const flawOf = (error: unknown) => {
  const [issue] = error instanceof ValidationError ? (error.all as unknown as Issue[]) : []
  return issue && { detail: issue.message, param: String(issue.path) }
}

const refusalFrom = (error: unknown, isStorageTrouble: FailureDeps['isStorageTrouble']): ApiError => {
  if (error instanceof ApiError) return error
  if (isStorageTrouble(error)) return storageUnavailable(error)
  return new ApiError('internal', { cause: error })
}

/** RFC 6750 §3: no error code without credentials, `invalid_token` for a wrong or ended one. */
const challenge = ({ reason }: ApiError) => {
  if (reason === 'invalid_signature') return 'Signature realm="callgate"'
  return reason === 'metrics_token_needed' || reason === 'missing_key' || reason === 'wrong_scheme'
    ? 'Bearer realm="callgate"'
    : 'Bearer realm="callgate", error="invalid_token"'
}

/** Of a response that fails its schema, only the paths: the rest of Elysia's message holds the response itself. */
const trace = (cause: unknown) => {
  if (cause instanceof ValidationError)
    return `${cause.type}: ${cause.all.map((issue) => ('path' in issue ? String(issue.path) : '')).join(', ')}`
  return stackOf(cause)
}

const stackOf = (cause: unknown) => (cause instanceof Error ? (cause.stack ?? String(cause)) : String(cause))
