import type { z } from 'zod'
import type { Agency } from '../agencies/agency.ts'
import type { Environment, EnvironmentName } from '../agencies/environment.ts'
import { actedBy, type AuditEntry } from '../audit.ts'
import type { CountDenial } from '../audit/denials.ts'
import type { NotPromise } from '../commit.ts'
import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import { holdsToken } from '../keys/token.ts'
import type { Change, ChangeEntry, Context, Operation } from './operation.ts'
import { type Actor, isPermitted, type Question } from '../people/actor.ts'

export interface PerformDeps {
  agencies: { find(id: string): Agency | undefined; named(name: string): Agency[] }
  environments: { find(agencyId: string, name: EnvironmentName): Environment | undefined }
  audit: {
    hasOperation(operationId: string): boolean
    change<T>(make: () => NotPromise<T>, entry: (made: T) => AuditEntry | undefined): T
    record(entry: AuditEntry): void
  }
  countDenial: CountDenial
  clock: Pick<Clock, 'now'>
  /** False in a command that works on the data directory itself. */
  isServing(): boolean
}

export interface PerformOptions {
  /** The preview that the actor confirmed; null where it named no consequence. */
  agreed?: string | null
  /** The client's id of the operation: it runs once under this id, and the audit entry holds it. */
  operationId?: string
}

export interface Perform {
  /**
   * Validates the input, checks the actor's permission, finds the agency and the environment, then runs the operation.
   * Fails with `invalid_input`, `operator_only`, `permission_required`, `not_found`, `conflict`, and the operation's
   * own errors.
   */
  <In, Out>(
    operation: Operation<never, In, Out>,
    input: In,
    actor: Actor,
    options?: PerformOptions,
  ): Promise<Out>
  /**
   * The consequence of the operation as a sentence; undefined without one. Checks as `perform` does and changes
   * nothing.
   */
  preview(operation: Operation, input: unknown, actor: Actor): string | undefined
  /** The same with how much of it there is now, as people are asked at the dashboard. */
  question(operation: Operation, input: unknown, actor: Actor): Question | undefined
}

/** `deps` holds the dependencies of all operations. */
export const createPerform = <Deps extends PerformDeps>(deps: Deps): Perform => {
  const prepare = (operation: Operation, raw: unknown, actor: Actor, operationId?: string): Context => {
    const input = parsed(operation.input, raw)
    requirePermission(deps, operation, actor)
    const agency = agencyOf(deps, operation, input, actor)
    const environment =
      operation.scope === 'environment' && agency
        ? deps.environments.find(agency.id, input.environment as EnvironmentName)
        : undefined
    const now = deps.clock.now()
    const lineOf = (entry: ChangeEntry): AuditEntry => ({
      ...actedBy(actor, now),
      agency: agency?.id ?? null,
      ...(environment && { environment: environment.name }),
      ...(operationId !== undefined && { operationId }),
      ...entry,
    })
    return {
      input,
      actor,
      now,
      agency,
      environment,
      change: changeAs(deps, actor, lineOf),
      record: (entry) => deps.audit.record(lineOf(entry)),
    } as Context
  }
  type Runnable = Operation<Deps>

  const endsIn = (operation: Operation, context: Context) =>
    (operation as unknown as Runnable).ends?.(deps, context)

  const questionIn = (operation: Operation, context: Context): Question | undefined => {
    const ends = endsIn(operation, context)
    return ends === undefined
      ? undefined
      : {
          operation: operation.name,
          ends,
          impact: (operation as unknown as Runnable).impact?.(deps, context),
          agencyName: context.agency?.name,
          environment: context.environment?.name,
        }
  }

  const perform = async (
    operation: Operation,
    raw: unknown,
    actor: Actor,
    { agreed, operationId }: PerformOptions = {},
  ) => {
    const context = prepare(operation, raw, actor, operationId)
    // The consequence differs from the confirmed one, for example because the key was rotated in between.
    if (agreed !== undefined && agreed !== (endsIn(operation, context) ?? null))
      throw new ApiError('conflict', {
        detail: 'It has changed in the meantime, so nothing was done. Check it and try again.',
      })
    if (operationId !== undefined && deps.audit.hasOperation(operationId))
      throw new ApiError('conflict', { detail: 'An operation with this ID was already performed.' })
    const question = agreed === undefined && actor.requireAgreed && questionIn(operation, context)
    if (question) actor.requireAgreed?.(question)
    if (operation.sensitive) actor.requireConfirmed()
    if (operation.needsServer && !deps.isServing()) throw new ApiError('server_needed')
    const output = await (operation as unknown as Runnable).run(deps, context)
    return operation.output.parse(output)
  }
  return Object.assign(perform as Perform, {
    preview: (operation: Operation, raw: unknown, actor: Actor) =>
      endsIn(operation, prepare(operation, raw, actor)),
    question: (operation: Operation, raw: unknown, actor: Actor) =>
      questionIn(operation, prepare(operation, raw, actor)),
  })
}

const changeAs =
  ({ audit }: PerformDeps, actor: Actor, lineOf: (entry: ChangeEntry) => AuditEntry): Change =>
  async (make, entry) => {
    actor.confirm()
    return audit.change(make, (made) => {
      const line: ChangeEntry | undefined = typeof entry === 'function' ? entry(made) : entry
      return line && lineOf(line)
    })
  }

const requirePermission = ({ countDenial }: PerformDeps, operation: Operation, actor: Actor) => {
  const refusal = refusalOf(operation, actor)
  if (!refusal) return
  countDenial({ action: 'operation.denied', actor, agency: actor.agencyId, target: operation.name })
  throw refusal
}

const refusalOf = ({ name, may }: Operation, { role, permissions }: Actor): ApiError | undefined => {
  if (may === 'operator' && role !== 'operator') return new ApiError('operator_only')
  if (permissions && !isPermitted(permissions, name))
    return new ApiError('permission_required', { detail: name })
  return undefined
}

/** An actor of one agency gets `not_found` for every other, and need not name its own. */
const agencyOf = (
  { agencies }: PerformDeps,
  { scope }: Operation,
  { agency: reference }: Record<string, unknown>,
  { agencyId }: Actor,
): Agency | undefined => {
  if (scope === 'gate') return undefined
  if (typeof reference !== 'string') return agencyId === null ? undefined : agencies.find(agencyId)
  const byId = agencies.find(reference.toLowerCase())
  const found = (byId ? [byId] : agencies.named(reference)).filter(
    ({ id }) => agencyId === null || id === agencyId,
  )
  if (found.length > 1)
    throw new ApiError('conflict', {
      detail: 'Several agencies have this name. Use the ID of one of them.',
      param: 'agency',
    })
  if (!found[0]) throw new ApiError('not_found', { detail: 'There is no such agency.', param: 'agency' })
  return found[0]
}

/** Fails with the first validation error, as a sentence that repeats nothing of the input. */
const parsed = (schema: Operation['input'], raw: unknown): Record<string, unknown> => {
  // No operation takes a key or a token, and names and audit entries must never hold one.
  if (holdsToken(JSON.stringify(raw) ?? ''))
    throw new ApiError('invalid_input', { detail: 'The input contains an API key or an admin token.' })
  const result = schema.safeParse(raw, { error: (issue) => sentenceOf(issue, Object.keys(schema.shape)) })
  if (result.success) return result.data as Record<string, unknown>
  const { message, path } = result.error.issues[0] ?? { message: 'The input is not valid.', path: [] }
  // Below its first step a path can hold names that were sent.
  throw new ApiError('invalid_input', {
    detail: message.endsWith('.') ? message : `${message}.`,
    param: path[0]?.toString(),
  })
}

const kinds: Record<string, string> = {
  object: 'an object',
  record: 'an object',
  array: 'a list',
  string: 'a text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
}

const sentenceOf = (issue: z.core.$ZodRawIssue, known: string[]): string => {
  const field = issue.path?.join('.') || 'The input'
  switch (issue.code) {
    case 'invalid_type':
      return issue.input === undefined
        ? `${field} is required.`
        : `${field} must be ${kinds[issue.expected] ?? issue.expected}.`
    case 'unrecognized_keys':
      return known.length === 0
        ? 'This operation has no fields.'
        : `Only these fields are allowed: ${known.join(', ')}.`
    case 'invalid_value':
      return issue.input === undefined
        ? `${field} is required.`
        : `${field} must be one of ${issue.values.join(', ')}.`
    case 'too_small':
      return `${field} must be at least ${issue.minimum}${issue.origin === 'string' ? ' characters long' : ''}.`
    case 'too_big':
      return `${field} must be at most ${issue.maximum}${issue.origin === 'string' ? ' characters long' : ''}.`
    default:
      return `${field} is not valid.`
  }
}
