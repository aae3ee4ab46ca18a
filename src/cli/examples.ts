import type { Operation } from '../operation/operation.ts'
import { exampleOf } from '../operation/example.ts'

/** The examples in a command's help: its own, or the first one of each command of a group. */
export const examplesFor = (words: string[], operations: readonly Operation[]): string => {
  const name = words.join(' ')
  const lines = Object.entries(allExamples(operations)).flatMap(([each, own]) => {
    if (each === name) return own
    return name !== '' && each.startsWith(`${name} `) ? own.slice(0, 1) : []
  })
  return lines.length === 0 ? '' : `\n${['EXAMPLES', '', ...lines.map((line) => `  ${line}`)].join('\n')}\n`
}

/** Examples by command. */
export const allExamples = (operations: readonly Operation[]): Record<string, string[]> => ({
  ...Object.fromEntries(
    operations.map((operation) => [operation.name.replace('.', ' '), [exampleOf(operation)]]),
  ),
  ...examples,
})

const examples: Record<string, string[]> = {
  serve: ['CALLGATE_DATA_DIR=/var/lib/callgate callgate serve', 'callgate serve --json'],
  demo: ['callgate demo'],
  backup: ['callgate backup callgate-monday.db', 'callgate backup - > callgate-monday.db'],
  restore: ['CALLGATE_DATA_DIR=/var/lib/callgate callgate restore callgate-monday.db'],
  doctor: ['callgate doctor', 'callgate doctor --json'],
  'secret rotate': [
    'callgate secret rotate',
    'CALLGATE_SECRET_FILE=new CALLGATE_PREVIOUS_SECRET_FILE=old callgate secret rotate',
  ],
  scan: ['callgate scan .', 'git log -p --all | callgate scan -'],
  forget: ['callgate forget +15551234567', 'callgate forget +15551234567 --agency Acme'],
  'dnc import': ['callgate dnc import opted-out.csv --agency Acme', 'callgate dnc import - < opted-out.csv'],
  'dnc export': ['callgate dnc export --agency Acme > do-not-call.csv'],
  config: ['callgate config'],
  'completion bash': ['callgate completion bash > /etc/bash_completion.d/callgate'],
  'completion zsh': ['callgate completion zsh > "${fpath[1]}/_callgate"'],
  'completion fish': ['callgate completion fish > ~/.config/fish/completions/callgate.fish'],
  healthcheck: ['callgate healthcheck'],
  version: ['callgate version'],
}
