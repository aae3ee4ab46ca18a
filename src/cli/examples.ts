/** What the help shows under a command: its own examples, or the first one of each command in its group. */
export const exampleOf = (words: string[]): string => {
  const name = words.join(' ')
  const lines = Object.entries(examples).flatMap(([each, own]) => {
    if (each === name) return own
    return name !== '' && each.startsWith(`${name} `) ? own.slice(0, 1) : []
  })
  const shown = name === '' ? firstSteps : lines
  return shown.length === 0 ? '' : `\n${['EXAMPLES', '', ...shown.map((line) => `  ${line}`)].join('\n')}\n`
}

const firstSteps = ['callgate demo', 'callgate serve', 'callgate help key rotate']

/** How each command is used, by its words. What stands in capitals is to be filled in. */
export const examples: Record<string, string[]> = {
  serve: ['CALLGATE_DATA_DIR=/var/lib/callgate callgate serve', 'callgate serve --json'],
  demo: ['callgate demo'],
  'agency create': ['callgate agency create --name Acme --plan agency'],
  'agency list': ['callgate agency list'],
  'agency plan': ['callgate agency plan --agency ID --plan growth'],
  'agent create': [
    'callgate agent create --agency ID --name Ann',
    'callgate agent create --agency ID --name Ann --provider vapi --ref ASSISTANT_ID --from PHONE_NUMBER_ID',
  ],
  'agent list': ['callgate agent list --agency ID'],
  'agent change': ['callgate agent change --agency ID --agent ID --name Bob'],
  'agent default': ['callgate agent default --agency ID --environment production --agent ID'],
  'key generate': [
    'callgate key generate --agency ID --environment production',
    'callgate key generate --agency ID --environment staging --json',
  ],
  'key rotate': ['callgate key rotate --agency ID --environment production'],
  'key enable': ['callgate key enable --agency ID --environment production'],
  'key disable': ['callgate key disable --agency ID --environment production'],
  'key show': ['callgate key show --agency ID --environment production'],
  'provider set': [
    'callgate provider set --agency ID --provider vapi --credential api_key=KEY --credential hook_secret=SECRET',
  ],
  'provider list': ['callgate provider list --agency ID'],
  'provider test': ['callgate provider test --agency ID --provider vapi'],
  'provider remove': ['callgate provider remove --agency ID --provider vapi'],
  'environment show': ['callgate environment show --agency ID --environment staging'],
  'environment dial': [
    'callgate environment dial --agency ID --environment staging --real',
    'callgate environment dial --agency ID --environment staging --simulated',
  ],
  'environment limits': [
    'callgate environment limits --agency ID --environment production --requests-per-minute 600',
  ],
  'admin setup': ['callgate admin setup'],
  'admin invite': ['callgate admin invite --agency ID', 'callgate admin invite --role operator'],
  'admin reset': ['callgate admin reset --email jane@example.com'],
  'admin list': ['callgate admin list'],
  'webhook set': [
    'callgate webhook set --agency ID --environment production --url https://example.com/hooks',
    'callgate webhook set --agency ID --environment production --url https://example.com/hooks --rotate-secret',
  ],
  'webhook test': ['callgate webhook test --agency ID --environment production'],
  'webhook deliveries': ['callgate webhook deliveries --agency ID --environment production --state dead'],
  'webhook replay': [
    'callgate webhook replay --agency ID --environment production --delivery ID',
    'callgate webhook replay --agency ID --environment production --dead',
  ],
  'webhook enable': ['callgate webhook enable --agency ID --environment production'],
  'webhook disable': ['callgate webhook disable --agency ID --environment production'],
  'webhook remove': ['callgate webhook remove --agency ID --environment production'],
  backup: ['callgate backup callgate-monday.db'],
  restore: ['CALLGATE_DATA_DIR=/var/lib/callgate callgate restore callgate-monday.db'],
  doctor: ['callgate doctor', 'callgate doctor --json'],
  scan: ['callgate scan .', 'git log -p --all | callgate scan -'],
  forget: ['callgate forget +15551234567', 'callgate forget +15551234567 --agency ID'],
  config: ['callgate config'],
  'completion bash': ['callgate completion bash > /etc/bash_completion.d/callgate'],
  'completion zsh': ['callgate completion zsh > "${fpath[1]}/_callgate"'],
  'completion fish': ['callgate completion fish > ~/.config/fish/completions/callgate.fish'],
  healthcheck: ['callgate healthcheck'],
  version: ['callgate version'],
}
