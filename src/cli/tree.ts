import type { ArgDef, ArgsDef, CommandDef } from 'citty'

export interface Option {
  name: string
  description: string
  takesValue: boolean
  /** The possible values of an enumeration. */
  values: string[]
}

/** A command or a group of commands, and the words that lead to it. */
export interface Branch {
  words: string[]
  description: string
  /** Empty for a command. The commands of a group follow it in the list. */
  commands: { name: string; description: string }[]
  options: Option[]
  takesFile: boolean
}

/** Every node of a command tree, the root first. */
export const branchesOf = (command: CommandDef, words: string[] = []): Branch[] => {
  const children = Object.entries((command.subCommands ?? {}) as Record<string, CommandDef>)
  const args = Object.entries((command.args ?? {}) as ArgsDef)
  const branch: Branch = {
    words,
    description: descriptionOf(command),
    commands: children.map(([name, child]) => ({ name, description: descriptionOf(child) })),
    options: args.filter(([, { type }]) => type !== 'positional').map(([name, arg]) => optionOf(name, arg)),
    takesFile: args.some(([, { type }]) => type === 'positional'),
  }
  return [branch, ...children.flatMap(([name, child]) => branchesOf(child, [...words, name]))]
}

const descriptionOf = ({ meta }: CommandDef) =>
  (meta as { description?: string } | undefined)?.description ?? ''

const optionOf = (name: string, { type, description = '', ...rest }: ArgDef): Option => ({
  name,
  description,
  takesValue: type !== 'boolean',
  values: 'options' in rest ? (rest.options ?? []) : [],
})
