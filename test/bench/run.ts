import { cpus } from 'node:os'
import { executable } from '../support/binary.ts'
import type { Case } from './case.ts'
import { cases } from './cases.ts'
import { type Figure, takeFigures } from './figures.ts'
import { Ground } from './ground.ts'
import { describeMachine, describeVersions } from './machine.ts'
import { type Options, readOptions, usage } from './options.ts'
import { aimsOf, figureTable, loadTable, remarksOf, rowsOf } from './report.ts'
import { runRounds } from './rounds.ts'

const figureNames: Figure['name'][] = ['start', 'memory', 'floods']

/** The cases that are asked for, and the floors of these, in the order of the table. */
const chosen = ({ only, isQuick }: Options): Case[] => {
  if (only.length === 0) return cases.filter((each) => !isQuick || each.isQuick)
  const named = new Set(only)
  for (const { name, floor } of cases) if (named.has(name) && floor) named.add(floor)
  return cases.filter(({ name }) => named.has(name))
}

/** Why there can be no run here; undefined when there can. */
const obstacle = ({ only }: Options): string | undefined => {
  if (cpus().length < 2) return 'A server and its load need two cores.'
  if (!Bun.which('taskset') || !Bun.which('setpriv'))
    return 'taskset and setpriv keep them apart: apt-get install util-linux'
  if (!Bun.which('wrk')) return 'wrk is the load: apt-get install -y --no-install-recommends wrk'
  const known = new Set([...cases.map(({ name }) => name), ...figureNames])
  const unknown = only.filter((name) => !known.has(name))
  if (unknown.length > 0) return `There is no ${unknown.join(', ')}. There are: ${[...known].join(', ')}`
  return undefined
}

const main = async (options: Options) => {
  using ground = new Ground()
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => {
      ground[Symbol.dispose]()
      process.exit(1)
    })
  const machine = describeMachine(ground.directory)
  const versions = describeVersions(executable)
  const wanted = chosen(options)
  const outcomes = await runRounds(ground, wanted, options, (what) => process.stderr.write(`${what}\n`))
  const names = new Set<string>(options.only.length === 0 ? figureNames : options.only)
  const figures = await takeFigures(ground, names, options)
  const rows = rowsOf(wanted, outcomes)
  const remarks = remarksOf(rows, figures, machine.loadBefore)
  const aims = aimsOf(rows, figures)
  if (options.asJson)
    return process.stdout.write(
      `${JSON.stringify({ machine, versions, options, rows, figures, aims, remarks }, null, 2)}\n`,
    )
  const facts = (of: Record<string, unknown>) =>
    Object.entries(of)
      .map(([name, value]) => `${name} ${value}`)
      .join(' · ')
  const parts = [
    `${facts(machine)}\n${facts(versions)}\n${facts({ rounds: options.rounds, seconds: options.seconds })}`,
    ...(rows.length > 0 ? [loadTable(rows)] : []),
    ...(figures.length > 0 ? [figureTable(figures)] : []),
    ...(aims.missed.length > 0 ? [listed('Aims missed', aims.missed)] : []),
    ...(aims.met.length > 0 ? [listed('Aims met', aims.met)] : []),
    ...(remarks.length > 0 ? [remarks.map((remark) => `- ${remark}`).join('\n')] : []),
  ]
  return process.stdout.write(`${parts.join('\n\n')}\n`)
}

const listed = (title: string, lines: string[]) =>
  [`${title}:`, ...lines.map((line) => `- ${line}`)].join('\n')

const refuse = (sentence: string, code: number): never => {
  process.stderr.write(`${sentence}\n`)
  process.exit(code)
}

const optionsOf = (args: string[]) => {
  try {
    return readOptions(args)
  } catch (error) {
    return refuse(`${(error as Error).message}\n${usage}`, 2)
  }
}

const options = optionsOf(Bun.argv.slice(2))
const problem = obstacle(options)
if (problem !== undefined) refuse(problem, 1)
await main(options)
