import { type ArgsDef, type CommandDef, defineCommand } from 'citty'
import { CommandError } from '../../failures.ts'
import type { Operation } from '../../operation/operation.ts'
import type { PerformOptions } from '../../operation/perform.ts'
import { confirm, yes } from '../confirm.ts'
import { type Io, json } from '../io.ts'
import type { Door } from './door.ts'
import { openDoor } from './open-door.ts'
import { type Field, fieldsOf } from '../../operation/fields.ts'
import { readInput, secretHelp } from './input.ts'
import { idOf, inWords } from './output.ts'

/** Makes a group of commands per noun, with a command per verb. */
export const operationCommands = (
  io: Io,
  operations: readonly Operation[],
  nouns: Readonly<Record<string, string>>,
): Record<string, CommandDef> => {
  const byNoun = Map.groupBy(operations, ({ name }) => name.slice(0, name.indexOf('.')))
  return Object.fromEntries(
    [...byNoun].map(([noun, its]) => [
      noun,
      defineCommand({
        meta: { name: noun, description: nouns[noun] ?? its.map(({ summary }) => summary).join(' ') },
        subCommands: Object.fromEntries(
          its.map((operation) => [verbOf(operation), operationCommand(io, operation)]),
        ),
      }),
    ]),
  )
}

const verbOf = ({ name }: Operation) => name.slice(name.indexOf('.') + 1)

export const serverOption = {
  server: {
    type: 'string',
    valueHint: 'url',
    description:
      'The URL of a server, for CALLGATE_ADMIN_TOKEN; default: CALLGATE_SERVER, otherwise the data directory',
  },
} as const
const quiet = { quiet: { type: 'boolean', description: 'Print the id alone' } } as const

const operationCommand = (io: Io, operation: Operation): CommandDef => {
  let args: ArgsDef | undefined
  return defineCommand({
    meta: { name: verbOf(operation), description: operation.summary },
    // Made when they are asked for: a command line names one command, and reading the input of all takes longer than it.
    get args(): ArgsDef {
      args ??= {
        ...Object.fromEntries(fieldsOf(operation).map((field) => [field.flag, argOf(field)])),
        ...(operation.ends && yes),
        ...serverOption,
        ...quiet,
        ...json,
      }
      return args
    },
    run: async ({ args: given, rawArgs }) => {
      const input = await readInput(io, fieldsOf(operation), rawArgs)
      const door = await openDoor(io, given.server as string | undefined)
      try {
        const options: PerformOptions = { operationId: crypto.randomUUID() }
        if (operation.ends && given.yes !== true) {
          options.agreed = await door.preview(operation, input)
          await confirm(io, options.agreed)
        }
        const output = await performOnce(door, operation, input, options)
        if (given.json === true) io.out(`${JSON.stringify(output)}\n`)
        else if (given.quiet === true)
          io.out(
            idOf(output)
              .map((id) => `${id}\n`)
              .join(''),
          )
        else io.out(`${inWords(operation, output, input)}\n`)
        const failure = operation.fails?.(output)
        if (failure !== undefined) throw new CommandError(failure)
      } finally {
        await door.close()
      }
    },
  }) as CommandDef
}

/** After the connection broke, reports whether the operation was done. */
const performOnce = async (door: Door, operation: Operation, input: unknown, options: PerformOptions) => {
  try {
    return await door.perform(operation, input, options)
  } catch (error) {
    if (!(error instanceof CommandError) || error.code !== 'unreachable') throw error
    const done = options.operationId === undefined ? undefined : await door.wasDone?.(options.operationId)
    if (done === undefined) throw error
    throw new CommandError(
      done
        ? 'The command was completed, but the server stopped before it could respond. The output is lost.'
        : 'The server stopped before the command was completed. Nothing was changed.',
      done ? 'done_unseen' : 'unreachable',
    )
  }
}

const valueHints: Partial<Record<Field['type'], string>> = { pairs: 'name=value', number: 'n', json: 'json' }

const argOf = ({
  type,
  description,
  hint,
  choices,
  required,
  isSecret,
  nullWord,
}: Field): ArgsDef[string] => {
  const help = `${description}${nullWord === undefined ? '' : `; ${nullWord} for none of its own`}${isSecret ? `. ${secretHelp}` : ''}`
  if (type === 'boolean') return { type: 'boolean', description: help }
  const base = { description: help, ...(required && { required: true as const }) }
  if (choices.length > 0) return { type: 'enum', options: choices, ...base }
  const valueHint = hint ?? valueHints[type]
  return { type: 'string', ...base, ...(valueHint !== undefined && { valueHint }) }
}
