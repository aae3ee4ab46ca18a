import type { z } from 'zod'
import type { Agency } from '../agencies/agency.ts'
import type { Environment, EnvironmentName } from '../agencies/environment.ts'
import { actedBy, type AuditEntry } from '../audit.ts'
import type { CountDenial } from '../audit/denials.ts'
import type { Clock } from '../clock.ts'
import { ApiError } from '../failures.ts'
import { holdsToken } from '../keys/token.ts'
import type { Change, ChangeEntry, Context, Operation } from './operation.ts'
import { type Actor, isPermitted, type Question } from '../people/actor.ts'
import { finish, type MaybeWork, run, type Work } from '../work.ts'

export interface PerformDeps {
  agencies: { find(id: string): Work<Agency | undefined>; named(name: string): Work<Agency[]> }
  environments: { find(agencyId: string, name: EnvironmentName): Work<Environment | undefined> }
  audit: {
    hasOperation(operationId: string): Work<boolean>
    change<T>(make: () => Work<T>, entry: (made: T) => AuditEntry | undefined): Work<T>
    record(entry: AuditEntry): Work<void>
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
  preview(operation: Operation, input: unknown, actor: Actor): Promise<string | undefined>
  /** The same with how much of it there is now, as people are asked at the dashboard. */
  question(operation: Operation, input: unknown, actor: Actor): Promise<Question | undefined>
}

/** `deps` holds the dependencies of all operations. */
export const createPerform = <Deps extends PerformDeps>(deps: Deps): Perform => {
  const prepare = function* (
    operation: Operation,
    raw: unknown,
    actor: Actor,
    operationId?: string,
  ): Work<Context> {
    const input = parsed(operation.input, raw)
    requirePermission(deps, operation, actor)
    const agency = yield* agencyOf(deps, operation, input, actor)
    const environment =
      operation.scope === 'environment' && agency
        ? yield* deps.environments.find(agency.id, input.environment as EnvironmentName)
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
    finish((operation as unknown as Runnable).ends?.(deps, context))

  const questionIn = function* (operation: Operation, context: Context): Work<Question | undefined> {
    const ends = yield* endsIn(operation, context)
    return ends === undefined
      ? undefined
      : {
          operation: operation.name,
          ends,
          impact: yield* finish((operation as unknown as Runnable).impact?.(deps, context)),
          agencyName: context.agency?.name,
          environment: context.environment?.name,
        }
  }

  /** The operation's result, or the promise of it. From the checks to its first change nothing comes in between. */
  const begin = function* (
    operation: Operation,
    raw: unknown,
    actor: Actor,
    { agreed, operationId }: PerformOptions = {},
  ): Work<unknown> {
    const context = yield* prepare(operation, raw, actor, operationId)
    // The consequence differs from the confirmed one, for example because the key was rotated in between.
    if (agreed !== undefined && agreed !== ((yield* endsIn(operation, context)) ?? null))
      throw new ApiError('conflict', {
        detail: 'It has changed in the meantime, so nothing was done. Check it and try again.',
      })
    if (operationId !== undefined && (yield* deps.audit.hasOperation(operationId)))
      throw new ApiError('conflict', { detail: 'An operation with this ID was already performed.' })
    const question = agreed === undefined && actor.requireAgreed && (yield* questionIn(operation, context))
    if (question) actor.requireAgreed?.(question)
    if (operation.sensitive) yield* actor.requireConfirmed()
    if (operation.needsServer && !deps.isServing()) throw new ApiError('server_needed')
    const output = (operation as unknown as Runnable).run(deps, context) as MaybeWork<unknown>
    return yield* finish(output)
  }

  const perform = async (operation: Operation, raw: unknown, actor: Actor, options?: PerformOptions) =>
    operation.output.parse(await run(begin(operation, raw, actor, options)))

  const preview = function* (operation: Operation, raw: unknown, actor: Actor) {
    return yield* endsIn(operation, yield* prepare(operation, raw, actor))
  }
  const question = function* (operation: Operation, raw: unknown, actor: Actor) {
    return yield* questionIn(operation, yield* prepare(operation, raw, actor))
  }
  return Object.assign(perform, {
    preview: (...asked: Parameters<typeof preview>) => run(preview(...asked)),
    question: (...asked: Parameters<typeof question>) => run(question(...asked)),
  }) as Perform
}

const changeAs =
  ({ audit }: PerformDeps, actor: Actor, lineOf: (entry: ChangeEntry) => AuditEntry): Change =>
  (make, entry) => {
    const confirmed = function* () {
      yield* actor.confirm()
      return yield* make()
    }
    return run(
      audit.change(confirmed, (made) => {
        const line: ChangeEntry | undefined = typeof entry === 'function' ? entry(made) : entry
        return line && lineOf(line)
      }),
    )
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
const agencyOf = function* (
  { agencies }: PerformDeps,
  { scope }: Operation,
  { agency: reference }: Record<string, unknown>,
  { agencyId }: Actor,
): Work<Agency | undefined> {
  if (scope === 'gate') return undefined
  if (typeof reference !== 'string') return agencyId === null ? undefined : yield* agencies.find(agencyId)
  const byId = yield* agencies.find(reference.toLowerCase())
  const found = (byId ? [byId] : yield* agencies.named(reference)).filter(
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
