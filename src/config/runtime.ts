import type { Variables } from './variables.ts'

/** Variables of the runtime that would make callgate less safe without a word, and what each would do. */
const refused: Record<string, { danger: string; isHarmless?: (value: string) => boolean }> = {
  BUN_BE_BUN: { danger: 'turns this executable into Bun' },
  BUN_CONFIG_VERBOSE_FETCH: { danger: 'prints every request to a provider with its credentials' },
  BUN_INSPECT: { danger: 'lets others control this process' },
  BUN_INSPECT_CONNECT_TO: { danger: 'lets others control this process' },
  BUN_OPTIONS: { danger: 'can load foreign code into this process' },
  NODE_TLS_REJECT_UNAUTHORIZED: {
    danger:
      'accepts forged certificates (for an authority of your own, set NODE_EXTRA_CA_CERTS to the file of its certificate)',
    isHarmless: (value) => value === '1',
  },
}

/** A sentence for each of them that is set. */
export const runtimeProblems = (variables: Variables): string[] =>
  Object.entries(refused).flatMap(([name, { danger, isHarmless }]) => {
    const value = variables[name]?.trim() ?? ''
    return value === '' || isHarmless?.(value) ? [] : [`${name} ${danger}. Unset it.`]
  })
