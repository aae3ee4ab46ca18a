import type { CommandDef } from 'citty'
import { branchesOf } from './tree.ts'

/** The commands that are not operations, by purpose. */
const groups: Readonly<Record<string, readonly string[]>> = {
  'Try and run it': ['demo', 'serve', 'healthcheck', 'config'],
  'Look after it': ['doctor', 'backup', 'restore', 'secret', 'scan', 'forget'],
  Others: ['completion', 'version'],
}

/** The text of `callgate --help`: the commands by purpose. Commands in no group are operations. */
export const rootHelp = (root: CommandDef): string => {
  const [top] = branchesOf(root)
  const commands = top?.commands ?? []
  const grouped = new Set(Object.values(groups).flat())
  const { 'Try and run it': run = [], ...others } = groups
  const sections: [string, readonly string[]][] = [
    ['Try and run it', run],
    ['Administer', commands.map(({ name }) => name).filter((name) => !grouped.has(name))],
    ...Object.entries(others),
  ]
  const width = Math.max(...commands.map(({ name }) => name.length))
  const lines = sections.flatMap(([title, names]) => [
    '',
    title,
    ...names.flatMap((name) => {
      const found = commands.find((command) => command.name === name)
      return found ? [`  ${name.padEnd(width)}  ${found.description}`] : []
    }),
  ])
  return `${top?.description}\n\nUSAGE callgate COMMAND${lines.map((line) => `\n${line}`).join('')}\n\n${footer}\n`
}

const footer = `Commands work on the data directory (CALLGATE_DATA_DIR), through its server while one runs; with --server URL and
CALLGATE_ADMIN_TOKEN, on a server elsewhere. Show a command's options with: callgate help key rotate`
