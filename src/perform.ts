import type { z } from 'zod'
import type { Agency } from './agencies/agency.ts'
import type { Environment } from './agencies/environment.ts'
import type { Deed } from './audit.ts'
import type { NotPromise } from './commit.ts'
import type { Clock } from './clock.ts'
import { Failure } from './failures.ts'
import type { EnvironmentName } from './keys/keyring.ts'
import { holdsToken } from './keys/token.ts'
import type { AuditEntry, Change, Context, Operation } from './operation.ts'
import { type Actor, isPermitted } from './people/actor.ts'

export interface PerformDeps {
  agencies: { find(id: string): Agency | undefined; named(name: string): Agency[] }
  environments: { find(agencyId: string, name: EnvironmentName): Environment | undefined }
  audit: {
    hasOperation(operationId: string): boolean
    change<T>(make: () => NotPromise<T>, deed: (made: T) => Deed | undefined): T
    record(deed: Deed): void
  }
  clock: Pick<Clock, 'now'>
  /** Whether this process serves, or only runs one command. */
  isServing(): boolean
}

export interface PerformOptions {
  /** What the actor was told would end, and agreed to; null where it was told that nothing would. */
  agreed?: string | null
  /** What the client calls the operation: it is done once under this name, and the audit has it. */
  operationId?: string
}

export interface Perform {
  /**
   * Does an operation for an actor: judges the input, then whether the actor may, then finds what it is about. Fails with
   * `invalid_input`, `operator_only`, `permission_required`, `not_found`, `conflict` and what the operation itself fails with.
   */
  <In, Out>(
    operation: Operation<never, In, Out>,
    input: In,
    actor: Actor,
    options?: PerformOptions,
  ): Promise<Out>
  /** What would stop working, as a sentence; undefined where nothing does. Judges as doing it does, and changes nothing. */
  preview(operation: Operation, input: unknown, actor: Actor): string | undefined
}

/** `deps` is everything that any of the operations declares. */
export const createPerform = <Deps extends PerformDeps>(deps: Deps): Perform => {
  const prepare = (operation: Operation, raw: unknown, actor: Actor, operationId?: string): Context => {
    const input = parsed(operation.input, raw)
    requirePermission(operation, actor)
    const agency = agencyOf(deps, operation, input, actor)
    const environment =
      operation.scope === 'environment' && agency
        ? deps.environments.find(agency.id, input.environment as EnvironmentName)
        : undefined
    const now = deps.clock.now()
    const lineOf = (entry: AuditEntry): Deed => ({
      at: now,
      actor: actor.name,
      address: actor.address,
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

  const perform = async (
    operation: Operation,
    raw: unknown,
    actor: Actor,
    { agreed, operationId }: PerformOptions = {},
  ) => {
    const context = prepare(operation, raw, actor, operationId)
    // Something else would end than what was agreed to, such as a key that is newer.
    if (agreed !== undefined && agreed !== (endsIn(operation, context) ?? null))
      throw new Failure('conflict', {
        detail: 'It has changed in the meantime, so nothing was done. Check it and try again.',
      })
    if (operationId !== undefined && deps.audit.hasOperation(operationId))
      throw new Failure('conflict', { detail: 'An operation with this ID was already performed.' })
    if (operation.needsServer && !deps.isServing()) throw new Failure('server_needed')
    const output = await (operation as unknown as Runnable).run(deps, context)
    return operation.output.parse(output)
  }
  return Object.assign(perform as Perform, {
    preview: (operation: Operation, raw: unknown, actor: Actor) =>
      endsIn(operation, prepare(operation, raw, actor)),
  })
}

const changeAs =
  ({ audit }: PerformDeps, actor: Actor, lineOf: (entry: AuditEntry) => Deed): Change =>
  async (make, entry) => {
    actor.confirm()
    return audit.change(make, (made) => {
      const line: AuditEntry | undefined = typeof entry === 'function' ? entry(made) : entry
      return line && lineOf(line)
    })
  }

const requirePermission = ({ name, may }: Operation, { role, permissions }: Actor) => {
  if (may === 'operator' && role !== 'operator') throw new Failure('operator_only')
  if (permissions && !isPermitted(permissions, name))
    throw new Failure('permission_required', { detail: name })
}

/** Whoever is bound to one agency learns nothing of the others, and need not name its own. */
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
    throw new Failure('conflict', { detail: 'Several agencies have this name. Use the ID of one of them.' })
  if (!found[0]) throw new Failure('not_found', { detail: 'There is no such agency.' })
  return found[0]
}

/** The first thing that is wrong with an input, as a sentence that repeats nothing of it. */
const parsed = (schema: Operation['input'], raw: unknown): Record<string, unknown> => {
  // None of them takes one, and what is kept or audited must hold none.
  if (holdsToken(JSON.stringify(raw) ?? ''))
    throw new Failure('invalid_input', { detail: 'The input contains an API key or an admin token.' })
  const result = schema.safeParse(raw, { error: (issue) => sentenceOf(issue, Object.keys(schema.shape)) })
  if (result.success) return result.data as Record<string, unknown>
  const sentence = result.error.issues[0]?.message ?? 'The input is not valid.'
  throw new Failure('invalid_input', { detail: sentence.endsWith('.') ? sentence : `${sentence}.` })
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
