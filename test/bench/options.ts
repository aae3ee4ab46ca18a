import { parseArgs } from 'node:util'

export interface Options {
  /** Names of cases and figures; empty means: all of them. */
  only: string[]
  isQuick: boolean
  asJson: boolean
  rounds: number
  seconds: number
  /** How many requests make a server warm: on a busy machine a span of time says nothing. */
  warmUpRequests: number
}

export const usage = `bun run bench [--quick] [--only name,…] [--rounds N] [--seconds N] [--json]`

/** Reads the command line. Throws a `TypeError` that says what is off. */
export const readOptions = (args: string[]): Options => {
  const { values } = parseArgs({
    args,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
    },
  })
  const isQuick = values.quick
  return {
    isQuick,
    asJson: values.json,
    only: values.only?.split(',').filter(Boolean) ?? [],
    rounds: wholeNumber('rounds', values.rounds) ?? (isQuick ? 1 : 3),
    seconds: wholeNumber('seconds', values.seconds) ?? (isQuick ? 2 : 5),
    warmUpRequests: isQuick ? 20_000 : 60_000,
  }
}

const wholeNumber = (name: string, text: string | undefined) => {
  if (text === undefined) return undefined
  const value = Number(text)
  if (!Number.isInteger(value) || value < 1) throw new TypeError(`--${name} is a whole number from 1 on`)
  return value
}
