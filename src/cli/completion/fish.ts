import type { Branch, Option } from '../tree.ts'

/** A completion script for fish: commands and options with their descriptions, choices, files. */
export const fishScript = (branches: Branch[]) => `# callgate completion for fish
function __callgate_at
    set -l place
    for word in (commandline -opc)[2..-1]
        string match -q -- '-*' $word; and break
        set -a place $word
    end
    test "$place" = "$argv"
end
complete -c callgate -f
${branches.flatMap(linesOf).join('\n')}
`

const linesOf = (branch: Branch) => {
  const here = `complete -c callgate -n ${quoted(['__callgate_at', ...branch.words].join(' '))}`
  return [
    ...branch.commands.map(({ name, description }) => `${here} -a ${name} -d ${quoted(description)}`),
    ...branch.options.map((option) => `${here} ${optionOf(option)}`),
    ...(branch.takesFile ? [`${here} -F`] : []),
    `${here} -l help -d 'Show help'`,
  ]
}

const optionOf = ({ name, description, takesValue, values }: Option) => {
  const choices = values.length > 0 ? ` -a ${quoted(values.join(' '))}` : ''
  return `-l ${name}${takesValue ? ' -x' : ''}${choices} -d ${quoted(description)}`
}

const quoted = (text: string) => `'${text.replaceAll('\\', String.raw`\\`).replaceAll("'", String.raw`\'`)}'`
