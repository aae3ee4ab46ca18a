import { type CommandDef, defineCommand } from 'citty'
import { bashScript } from './completion/bash.ts'
import { fishScript } from './completion/fish.ts'
import { zshScript } from './completion/zsh.ts'
import { type Io, json, print } from './io.ts'
import { type Branch, branchesOf } from './tree.ts'

/** Commands that print completion scripts for the commands of `root`, including themselves. */
export const completionCommand = (io: Io, root: () => CommandDef) => {
  const printing = (shell: string, write: (branches: Branch[]) => string) =>
    defineCommand({
      meta: { name: shell, description: `Print the completion script for ${shell}` },
      args: json,
      run: ({ args }) => {
        const script = write(branchesOf(root()))
        print(io, args.json, { shell, script }, script.trimEnd())
      },
    })

  return defineCommand({
    meta: { name: 'completion', description: 'Let the shell complete commands and options' },
    subCommands: {
      bash: printing('bash', bashScript),
      zsh: printing('zsh', zshScript),
      fish: printing('fish', fishScript),
    },
  })
}
