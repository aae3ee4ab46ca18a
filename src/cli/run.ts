import { stripVTControlCharacters } from 'node:util'
import { type CommandDef, defineCommand, renderUsage, runCommand } from 'citty'
import { ConfigError } from '../config.ts'
import { runtimeProblems } from '../config/runtime.ts'
import { ApiError, CommandError } from '../failures.ts'
import type { Operation } from '../operation/operation.ts'
import { nouns, operations as allOperations } from '../operations.ts'
import { DataDir } from '../data-dir/data-dir.ts'
import { backup, restoring } from './backup.ts'
import { complain } from './complain.ts'
import { completionCommand } from './completion.ts'
import { config } from './config.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { doNotCallCommands } from './do-not-call.ts'
import { examplesFor } from './examples.ts'
import { forget } from './forget.ts'
import { healthcheck } from './healthcheck.ts'
import { rootHelp } from './help.ts'
import { configOf, type Io, printable } from './io.ts'
import { operationCommands } from './operation/command.ts'
import { scan } from './scan.ts'
import { secret } from './secret.ts'
import { serve } from './serve.ts'
import { version } from './version.ts'

const exitCodes = { done: 0, refused: 1, usage: 2 } as const

/**
 * Runs a command and resolves to its exit code. An error is a sentence on `err`, or with `--json` an object in the
 * API's form.
 */
export const run = async (
  argv: string[],
  given: Io,
  operations: readonly Operation[] = allOperations,
): Promise<number> => {
  const io = printable(given)
  const root = commands(given, operations)
  const { command, parents, rest, words } = resolve(root, spelledOut(argv))

  if (rest.includes('--help') || rest.includes('-h')) {
    const usage =
      words.length === 0
        ? rootHelp(root)
        : `${plain(io, await renderUsage(command, parents))}\n${detailsFor(words, operations)}`
    // Help has colours, and no text of a user.
    given.out(`${usage}${examplesFor(words, operations)}`)
    return exitCodes.done
  }
  if (words.length === 0 && (rest[0] ?? '') === '') {
    given.err(rootHelp(root))
    return exitCodes.usage
  }
  const misuse = (complaint: string) => {
    io.err(`${complaint} Show help with: callgate ${['help', ...words].join(' ')}\n`)
    return exitCodes.usage
  }
  const complaint = complain(command, rest)
  if (complaint) return misuse(complaint)
  try {
    const problems = runtimeProblems(io.env)
    if (problems.length > 0) throw new ConfigError(problems)
    await runCommand(command, { rawArgs: rest })
    return exitCodes.done
  } catch (error) {
    if (error instanceof ConfigError) {
      io.err(`${error.problems.join('\n')}\n`)
      return exitCodes.usage
    }
    if ((error as Error).name === 'CLIError') return misuse(plain(io, (error as Error).message))
    const message = sentence(io, error)
    io.err(
      rest.includes('--json')
        ? `${JSON.stringify({ success: false, error: message, code: codeOf(error) })}\n`
        : `${message}\n`,
    )
    return exitCodes.refused
  }
}

/** The part of an operation's help after its options. */
const detailsFor = (words: string[], operations: readonly Operation[]) => {
  const details = operations.find(({ name }) => name === words.join('.'))?.details
  return details === undefined ? '' : `\n${details}\n`
}

/** Other spellings of the requests for version and help. */
const spelledOut = (argv: string[]) => {
  const [first, ...rest] = argv
  if (rest.length === 0 && (first === '--version' || first === '-v')) return ['version']
  return first === 'help' ? [...rest, '--help'] : argv
}

/**
 * The whole command line: a command per operation, and the commands that work on this machine. Those that print a log get
 * `given`, for its colours: the log sees to its texts itself.
 */
export const commands = (given: Io, operations: readonly Operation[] = allOperations): CommandDef => {
  const io = printable(given)
  const { dnc, ...derived } = operationCommands(io, operations, nouns)
  return defineCommand({
    meta: { name: 'callgate', description: 'A self-hosted gateway for voice-agent calls' },
    subCommands: {
      serve: serve(given),
      demo: demo(given),
      ...derived,
      ...(dnc && { dnc: doNotCallCommands(io, dnc) }),
      backup: backup(io),
      restore: restoring(io),
      doctor: doctor(io),
      secret: secret(io),
      scan: scan(io),
      forget: forget(io),
      config: config(io),
      completion: completionCommand(io, () => commands(given, operations)),
      healthcheck: healthcheck(io),
      version: version(io),
    },
  }) as CommandDef
}

interface Resolved {
  command: CommandDef
  /** Passes the words before the command's own on to the usage line. */
  parents: CommandDef
  rest: string[]
  /** The words of the command. */
  words: string[]
}

/**
 * The implied verb of a noun that has only one, or is given options and no verb: `callgate usage --agency Acme`,
 * `callgate audit`.
 */
const usualVerb = (verbs: string[], word: string) => {
  if (verbs.length === 1 && (word === '' || word.startsWith('-'))) return verbs[0]
  const isOption = word.startsWith('-') && word !== '--help' && word !== '-h'
  return isOption ? ['show', 'list'].find((verb) => verbs.includes(verb)) : undefined
}

/** Finds the command of a command line. */
const resolve = (root: CommandDef, args: string[]): Resolved => {
  let command = root
  let rest = args
  const ancestors: string[] = []
  const words: string[] = []
  for (;;) {
    const subCommands = (command.subCommands ?? {}) as Record<string, CommandDef>
    const [word = ''] = rest
    const names = Object.keys(subCommands)
    const isNamed = names.includes(word)
    const name = isNamed ? word : usualVerb(names, word)
    const next = name === undefined ? undefined : subCommands[name]
    if (name === undefined || !next)
      return { command, parents: { meta: { name: ancestors.join(' ') } }, rest, words }
    ancestors.push(((command.meta ?? {}) as { name?: string }).name ?? '')
    words.push(name)
    command = next
    if (isNamed) rest = rest.slice(1)
  }
}

const sentence = (io: Io, error: unknown) => {
  if (error instanceof CommandError || error instanceof ApiError) return error.message
  if (DataDir.isTrouble(error)) return new DataDir(configOf(io)).refusal(error).message
  if ((error as { code?: string }).code === 'EADDRINUSE')
    return 'The port is in use. Choose another with CALLGATE_PORT.'
  return `It did not work: ${error instanceof Error ? error.message : String(error)}`
}

const codeOf = (error: unknown) => {
  if (error instanceof ApiError) return error.reason
  return error instanceof CommandError ? error.code : 'internal'
}

const plain = (io: Io, text: string) => (io.isTerminal ? text : stripVTControlCharacters(text))
