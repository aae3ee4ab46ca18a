import type { Branch, Option } from '../tree.ts'

/** A completion script for zsh: commands and options with their descriptions, choices, files. */
export const zshScript = (branches: Branch[]) => `#compdef callgate
_callgate() {
  local at place= previous=\${words[CURRENT-1]}
  local -a items
  for ((at = 2; at < CURRENT; at++)); do
    case "$place \${words[at]}" in
      (${branches.slice(1).map(placeOf).join('|')}) place="$place \${words[at]}" ;;
      (*) break ;;
    esac
  done
  case "$place $previous" in
${branches.flatMap(choicesOf).join('\n')}
  esac
  case "$place" in
${branches.map(itemsOf).join('\n')}
  esac
}
compdef _callgate callgate
`

const placeOf = ({ words }: Branch) => `"${words.map((word) => ` ${word}`).join('')}"`

const choicesOf = (branch: Branch) =>
  branch.options.filter(({ takesValue }) => takesValue).map((option) => choiceOf(branch, option))

const choiceOf = (branch: Branch, { name, values }: Option) =>
  `    (${placeOf(branch).slice(0, -1)} --${name}") ${values.length > 0 ? `compadd -- ${values.join(' ')}; ` : ''}return ;;`

const itemsOf = (branch: Branch) => {
  const items = [
    ...branch.commands.map(({ name, description }) => quoted(`${name}:${description}`)),
    ...branch.options.map(({ name, description }) => quoted(`--${name}:${description}`)),
    quoted('--help:Show help'),
  ]
  const files = branch.takesFile ? '; _files' : ''
  return `    (${placeOf(branch)}) items=(${items.join(' ')}); _describe callgate items${files} ;;`
}

const quoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`
