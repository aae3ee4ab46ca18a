import type { Branch } from '../tree.ts'

/** A completion script for bash 3.2 and later: commands, options and their choices; files where nothing else fits. */
export const bashScript = (branches: Branch[]) => `# callgate completion for bash
_callgate() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} at place= words=
  [[ $previous == = ]] && previous=\${COMP_WORDS[COMP_CWORD-2]}
  [[ $current == = ]] && current=
  for ((at = 1; at < COMP_CWORD; at++)); do
    case "$place \${COMP_WORDS[at]}" in
      ${branches.slice(1).map(placeOf).join('|')}) place="$place \${COMP_WORDS[at]}" ;;
      *) break ;;
    esac
  done
  COMPREPLY=()
  case "$place $previous" in
${branches.flatMap(choicesOf).join('\n')}
  esac
  if [[ -z $words ]]; then
    case "$place" in
${branches.map((branch) => `      ${placeOf(branch)}) words="${wordsOf(branch)}" ;;`).join('\n')}
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _callgate callgate
`

const placeOf = ({ words }: Branch) => `"${words.map((word) => ` ${word}`).join('')}"`

const wordsOf = ({ commands, options }: Branch) =>
  [...commands.map(({ name }) => name), ...options.map(({ name }) => `--${name}`), '--help'].join(' ')

/** The value of an option: one of its choices, or free text. */
const choicesOf = (branch: Branch) =>
  branch.options
    .filter(({ takesValue }) => takesValue)
    .map(({ name, values }) => {
      const place = `${placeOf(branch).slice(0, -1)} --${name}"`
      return `    ${place}) ${values.length > 0 ? `words="${values.join(' ')}"` : 'return'} ;;`
    })
