import { stripVTControlCharacters } from 'node:util'
import { type CommandDef, defineCommand, renderUsage, runCommand } from 'citty'
import { ConfigError } from '../config.ts'
import { Refusal } from '../failures.ts'
import { DataDir } from '../storage/data-dir.ts'
import { isStorageTrouble } from '../storage/database.ts'
import { adminCommand } from './admin.ts'
import { agencyCommand } from './agency.ts'
import { agentCommand } from './agent.ts'
import { dialHelp } from './agent-options.ts'
import { backup, restoring } from './backup.ts'
import { complain } from './complain.ts'
import { completionCommand } from './completion.ts'
import { config } from './config.ts'
import { demo } from './demo.ts'
import { doctor } from './doctor.ts'
import { environmentCommand } from './environment.ts'
import { exampleOf } from './examples.ts'
import { forget } from './forget.ts'
import { healthcheck } from './healthcheck.ts'
import { configOf, type Io } from './io.ts'
import { keyCommand } from './key.ts'
import { providerCommand } from './provider.ts'
import { scan } from './scan.ts'
import { serve } from './serve.ts'
import { version } from './version.ts'
import { webhookCommand } from './webhook.ts'

const exitCodes = { done: 0, refused: 1, usage: 2 } as const

/** Runs one command to its end. Resolves to its exit code; whatever is refused is a sentence on `err`. */
export const run = async (argv: string[], io: Io): Promise<number> => {
  const root = commands(io)
  const args = spelledOut(argv)
  const { command, parents, rest, words } = await resolve(root, args)
  const usage = async () =>
    `${plain(io, await renderUsage(command, parents))}\n${dialHelp(words)}${exampleOf(words)}`

  if (rest.includes('--help') || rest.includes('-h')) {
    io.out(await usage())
    return exitCodes.done
  }
  const complaint = complain(command, rest)
  if (complaint) {
    io.err(`${complaint}\n\n${await usage()}`)
    return exitCodes.usage
  }
  try {
    await runCommand(command, { rawArgs: rest })
    return exitCodes.done
  } catch (error) {
    if (error instanceof ConfigError) {
      io.err(`${error.problems.join('\n')}\n`)
      return exitCodes.usage
    }
    if ((error as Error).name === 'CLIError') {
      io.err(`${plain(io, (error as Error).message)}\n\n${await usage()}`)
      return exitCodes.usage
    }
    io.err(`${sentence(io, error)}\n`)
    return exitCodes.refused
  }
}

/** The other ways in which people ask for the version and for help. */
const spelledOut = (argv: string[]) => {
  const [first, ...rest] = argv
  if (rest.length === 0 && (first === '--version' || first === '-v')) return ['version']
  return first === 'help' ? [...rest, '--help'] : argv
}

/** All there is to say to callgate. */
export const commands = (io: Io): CommandDef =>
  defineCommand({
    meta: { name: 'callgate', description: 'The gate in front of voice-agent calls' },
    subCommands: {
      serve: serve(io),
      demo: demo(io),
      agency: agencyCommand(io),
      agent: agentCommand(io),
      key: keyCommand(io),
      provider: providerCommand(io),
      environment: environmentCommand(io),
      backup: backup(io),
      restore: restoring(io),
      doctor: doctor(io),
      scan: scan(io),
      forget: forget(io),
      config: config(io),
      admin: adminCommand(io),
      webhook: webhookCommand(io),
      completion: completionCommand(io, () => commands(io)),
      healthcheck: healthcheck(io),
      version: version(io),
    },
  }) as CommandDef

interface Resolved {
  command: CommandDef
  /** Carries the words before the command's own, for the usage line. */
  parents: CommandDef
  rest: string[]
  /** The words that lead to it. */
  words: string[]
}

/** Follows the words of a command line down to its command. */
const resolve = async (root: CommandDef, args: string[]): Promise<Resolved> => {
  let command = root
  let rest = args
  const words: string[] = []
  for (;;) {
    const subCommands = (command.subCommands ?? {}) as Record<string, CommandDef>
    const [word = ''] = rest
    const next = Object.hasOwn(subCommands, word) ? subCommands[word] : undefined
    if (!next)
      return {
        command,
        parents: { meta: { name: words.join(' ') } },
        rest,
        words: args.slice(0, words.length),
      }
    words.push(((command.meta ?? {}) as { name?: string }).name ?? '')
    command = next
    rest = rest.slice(1)
  }
}

const sentence = (io: Io, error: unknown) => {
  if (error instanceof Refusal) return error.message
  if (isStorageTrouble(error)) return new DataDir(configOf(io)).refusal(error).message
  if ((error as { code?: string }).code === 'EADDRINUSE')
    return 'The port is in use. Choose another with CALLGATE_PORT.'
  return `It did not work: ${error instanceof Error ? error.message : String(error)}`
}

const plain = (io: Io, text: string) => (io.isTerminal ? text : stripVTControlCharacters(text))
