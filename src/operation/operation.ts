import { z } from 'zod'
import type { Agency } from '../agencies/agency.ts'
import { type Environment, environmentNames } from '../agencies/environment.ts'
import type { AuditEntry } from '../audit.ts'
import type { Actor } from '../people/actor.ts'
import type { MaybeWork, Work } from '../work.ts'

/**
 * The object of an operation: the whole gate, one agency, one environment of an agency, or (`agencies`) one agency or,
 * for an actor who may see them, all agencies.
 */
export type Scope = 'gate' | 'agencies' | 'agency' | 'environment'

type AgencyOf<S extends Scope> = S extends 'agency' | 'environment'
  ? Agency
  : S extends 'agencies'
    ? Agency | undefined
    : undefined

/** An operation's part of an audit entry. Left out, agency and environment are the operation's own. */
export type ChangeEntry = Pick<AuditEntry, 'action' | 'agency' | 'environment' | 'target'>

/** Makes a change and writes its audit entry in one transaction: both are on disk when this resolves, or neither. */
export type Change = <T>(
  make: () => Work<T>,
  entry: ChangeEntry | ((made: T) => ChangeEntry | undefined),
) => Promise<T>

/** The arguments of `run`: the validated input, the actor, and the objects that the scope names. */
export interface Context<S extends Scope = Scope, Input = unknown> {
  input: Input
  actor: Actor
  agency: AgencyOf<S>
  environment: S extends 'environment' ? Environment : undefined
  /** Wall-clock milliseconds. */
  now: number
  change: Change
  /** Writes the audit entry of a change that has a commit of its own. Must be called inside that commit. */
  record(entry: ChangeEntry): Work<void>
}

export interface Definition<S extends Scope, Shape extends z.ZodRawShape, Out extends z.ZodType, Deps> {
  /** Noun and verb, the same in the admin API and at the command line: `key.generate`. */
  name: `${string}.${string}`
  summary: string
  scope: S
  /** A note on the input for help and documentation, where its fields do not say enough. */
  details?: string
  /** `operator`: operators only. `admin`: also an admin of the agency. */
  may: 'operator' | 'admin'
  /**
   * The fields besides `agency` and `environment`, which the scope adds. Each field's description gives its unit or
   * form.
   */
  input: Shape
  /** An example input without `agency` and `environment`. Left out, the help shows the required fields. */
  example?: z.input<z.ZodObject<Shape>>
  output: Out
  /** True where the work outlives the response, so that only a running server can do it. */
  needsServer?: boolean
  /** The most that a request to the admin API may have, where it is more than usual. */
  bodyLimitBytes?: number
  /** True where the dashboard asks people to confirm that it is them, unless they did a short time ago. */
  sensitive?: boolean
  /** For lists: the columns of the table that people see, and the sentence for an empty one. */
  columns?: readonly string[]
  empty?: string
  /** The consequence to confirm, as a sentence; undefined where nothing stops working. */
  ends?(deps: Deps, context: Context<S, z.output<z.ZodObject<Shape>>>): MaybeWork<string | undefined>
  /**
   * How much of what `ends` names there is at the moment, for people who are asked. It changes by itself, so nobody
   * agrees to it.
   */
  impact?(deps: Deps, context: Context<S, z.output<z.ZodObject<Shape>>>): MaybeWork<string | undefined>
  /** The result as a sentence; without one, people see the output's fields. */
  says?(output: z.output<Out>, input: InputOf<S, Shape>): string
  /** The reason for exit code 1 of an operation that ran but did not reach its goal, such as a failed test event. */
  fails?(output: z.output<Out>): string | undefined
  run(
    deps: Deps,
    context: Context<S, z.output<z.ZodObject<Shape>>>,
  ): MaybeWork<z.input<Out>> | Promise<z.input<Out>>
}

/** A change or a query that the dashboard, the admin API and the command line share. */
export interface Operation<Deps = never, In = unknown, Out = unknown> {
  name: string
  summary: string
  details?: string
  scope: Scope
  may: 'operator' | 'admin'
  input: z.ZodType<unknown, In> & { shape: z.ZodRawShape }
  output: z.ZodType<Out>
  needsServer: boolean
  bodyLimitBytes?: number
  sensitive?: boolean
  example?: object
  columns?: readonly string[]
  empty?: string
  ends?(deps: Deps, context: Context): MaybeWork<string | undefined>
  impact?(deps: Deps, context: Context): MaybeWork<string | undefined>
  says?(output: Out, input: In): string
  fails?(output: Out): string | undefined
  run(deps: Deps, context: Context): unknown
}

const agencyField = z.string().min(1, 'agency is required.').max(200)
const reference = 'The agency’s ID, or its name if it is unique'

/** `agency` is optional: an actor of one agency need not name it. */
const agencyReference = agencyField.meta({ description: reference, hint: 'agency' })
const environmentField = z
  .enum(environmentNames, 'environment must be production or staging.')
  .meta({ description: 'production or staging' })

const scopeFields = {
  gate: {},
  agencies: { agency: agencyReference.optional() },
  agency: { agency: agencyReference },
  environment: { agency: agencyReference, environment: environmentField },
} as const

type InputOf<S extends Scope, Shape extends z.ZodRawShape> = z.input<
  z.ZodObject<(typeof scopeFields)[S] & Shape>
>

/** Defines an operation. Its scope adds the fields that name the agency and the environment. */
export const operation = <
  const S extends Scope,
  Shape extends z.ZodRawShape,
  Out extends z.ZodType,
  Deps = object,
>(
  definition: Definition<S, Shape, Out, Deps>,
) => {
  const { input, needsServer = false, ...rest } = definition
  return {
    ...rest,
    needsServer,
    input: z.strictObject({ ...scopeFields[definition.scope], ...input }),
  } as unknown as Operation<Deps, InputOf<S, Shape>, z.output<Out>>
}
