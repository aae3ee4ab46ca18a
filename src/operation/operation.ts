import { z } from 'zod'
import type { Agency } from '../agencies/agency.ts'
import { type Environment, environmentNames } from '../agencies/environment.ts'
import type { AuditEntry } from '../audit.ts'
import type { NotPromise } from '../commit.ts'
import type { Actor } from '../people/actor.ts'

/**
 * What an operation is about: the whole gate, one agency, one environment of an agency, or (`agencies`) one agency and,
 * for who may see them all, all of them.
 */
export type Scope = 'gate' | 'agencies' | 'agency' | 'environment'

type AgencyOf<S extends Scope> = S extends 'agency' | 'environment'
  ? Agency
  : S extends 'agencies'
    ? Agency | undefined
    : undefined

/** An operation's part of an audit entry. Left out, agency and environment are the operation's own. */
export type ChangeEntry = Pick<AuditEntry, 'action' | 'agency' | 'environment' | 'target'>

/** Makes a change and writes its line in one transaction: both are on disk when this resolves, or neither. */
export type Change = <T>(
  make: () => NotPromise<T>,
  entry: ChangeEntry | ((made: T) => ChangeEntry | undefined),
) => Promise<T>

/** What an operation is done with. */
export interface Context<S extends Scope = Scope, Input = unknown> {
  input: Input
  actor: Actor
  agency: AgencyOf<S>
  environment: S extends 'environment' ? Environment : undefined
  /** Wall-clock milliseconds. */
  now: number
  change: Change
  /** Writes the line of a change that has a commit of its own: to be called inside that commit. */
  record(entry: ChangeEntry): void
}

export interface Definition<S extends Scope, Shape extends z.ZodRawShape, Out extends z.ZodType, Deps> {
  /** Noun and verb, as the admin API and the command line say it: `key.generate`. */
  name: `${string}.${string}`
  /** One sentence of what it does, for help and documentation. */
  summary: string
  scope: S
  /** More about the input than its fields can say, for help and documentation. */
  details?: string
  /** Who may: the operator alone, or an admin of the agency that it concerns too. */
  may: 'operator' | 'admin'
  /** Beside `agency` and `environment`, which the scope adds. Each field says its unit or form. */
  input: Shape
  /** An input for help and documentation, beside `agency` and `environment`; without one, the required fields stand there. */
  example?: z.input<z.ZodObject<Shape>>
  output: Out
  /** Whether only a server can do it, because it lives on after the answer. */
  needsServer?: boolean
  /** Of a list: the fields that a table for people has, and what an empty one says. */
  columns?: readonly string[]
  empty?: string
  /** What stops working when it is done, as a sentence to be agreed to; undefined where nothing does. */
  ends?(deps: Deps, context: Context<S, z.output<z.ZodObject<Shape>>>): string | undefined
  /** Its result as a sentence for people; without one, they see its fields. */
  says?(output: z.output<Out>, input: InputOf<S, Shape>): string
  /** Why what was asked for did not come true, though all was done: a command then ends with 1. */
  fails?(output: z.output<Out>): string | undefined
  run(deps: Deps, context: Context<S, z.output<z.ZodObject<Shape>>>): z.input<Out> | Promise<z.input<Out>>
}

/** Something that a person or a program may do to the gate, whoever asks for it and by whichever face. */
export interface Operation<Deps = never, In = unknown, Out = unknown> {
  name: string
  summary: string
  details?: string
  scope: Scope
  may: 'operator' | 'admin'
  input: z.ZodType<unknown, In> & { shape: z.ZodRawShape }
  output: z.ZodType<Out>
  needsServer: boolean
  example?: object
  columns?: readonly string[]
  empty?: string
  ends?(deps: Deps, context: Context): string | undefined
  says?(output: Out, input: In): string
  fails?(output: Out): string | undefined
  run(deps: Deps, context: Context): unknown
}

const agencyField = z.string().min(1, 'agency is required.').max(200)
const reference = 'The agency’s id, or its name where only one is called that'

/** Optional for who is bound to one agency. */
const agencyReference = agencyField.meta({ description: reference, hint: 'agency' })
const environmentField = z
  .enum(environmentNames, 'environment must be production or staging.')
  .meta({ description: 'Which of the two environments' })

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
