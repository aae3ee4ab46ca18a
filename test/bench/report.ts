import type { Case } from './case.ts'
import type { Figure } from './figures.ts'
import { middleOf, type Outcome, type Run } from './rounds.ts'
import { type Cell, markdownTable } from './table.ts'

export interface Row extends Partial<Run> {
  name: string
  says: string
  connections: number
  /** Requests a second against those of the floor, asked in the same way over as many connections. */
  ofFloor?: number
  /** The same by the processor time of a request, which others on the machine disturb less. */
  ofFloorByCpu?: number
  /** The least that is wanted of `ofFloorByCpu`. */
  aim?: number
  problem?: string
}

/** One row for each case and number of connections. A case that went wrong keeps its row and says so. */
export const rowsOf = (cases: Case[], outcomes: Map<string, Outcome>): Row[] => {
  const middle = (name: string, connections: number) =>
    middleOf(outcomes.get(name)?.runs.filter((run) => run.connections === connections) ?? [])
  return cases.flatMap(({ name, says, floor, connections, aim }) =>
    connections.map((count): Row => {
      const { problem } = outcomes.get(name) ?? {}
      const run = middle(name, count)
      const base = middle(floor ?? name, count)
      return {
        name,
        says,
        connections: count,
        ...(aim === undefined ? {} : { aim }),
        ...run,
        ...(run && base
          ? { ofFloor: run.perSecond / base.perSecond, ofFloorByCpu: base.cpuUs / run.cpuUs }
          : {}),
        ...(problem === undefined ? {} : { problem }),
      }
    }),
  )
}

const head = [
  'requests',
  'connections',
  'a second',
  'of the floor',
  'by CPU',
  'aim',
  'CPU µs each',
  'p50 ms',
  'p99 ms',
  'p99.9 ms',
  'resident MB',
]

export const loadTable = (rows: Row[]) =>
  markdownTable(
    head,
    rows.map((row): Cell[] => [
      row.says,
      row.connections,
      row.perSecond ?? '–',
      ratio(row.ofFloor),
      ratio(row.ofFloorByCpu),
      row.aim === undefined ? '' : `≥ ${row.aim}`,
      row.cpuUs ?? '–',
      row.p50Ms ?? '–',
      row.p99Ms ?? '–',
      row.p999Ms ?? '–',
      row.residentMb ?? '–',
    ]),
  )

const ratio = (value: number | undefined) => value?.toFixed(value < 0.1 ? 3 : 2) ?? '–'

export const figureTable = (figures: Figure[]) =>
  markdownTable(
    ['figure', 'measured', 'unit', 'aim'],
    figures.map(({ says, value, unit, aim }) => [says, value ?? '–', unit, aim]),
  )

/** The aims that were missed and those that were met, a sentence each; one that could not be measured is in neither. */
export const aimsOf = (rows: Row[], figures: Figure[]) => {
  const aims = [
    ...rows.flatMap(({ says, connections, aim, ofFloorByCpu: value }) =>
      aim === undefined || value === undefined
        ? []
        : [{ isMet: value >= aim, says: `${says}, ${connections} connections: ${ratio(value)}, ≥ ${aim}` }],
    ),
    ...figures.flatMap(({ says, value, unit, aim }) =>
      aim === '' || value === null
        ? []
        : [
            {
              isMet: value <= Number(aim.replace('≤ ', '')),
              says: `${says}: ${Number(value.toPrecision(3))} ${unit}, ${aim}`,
            },
          ],
    ),
  ]
  const told = (isMet: boolean) => aims.filter((aim) => aim.isMet === isMet).map(({ says }) => says)
  return { missed: told(false), met: told(true) }
}

/** What has to be known beside the figures, one sentence each. */
export const remarksOf = (rows: Row[], figures: Figure[], loadBefore: number) => [
  ...new Set(rows.flatMap(({ name, problem }) => (problem === undefined ? [] : [`${name}: ${problem}.`]))),
  ...figures.flatMap(({ says, problem }) => (problem === undefined ? [] : [`${says}: ${problem}.`])),
  ...rows.flatMap(({ name, connections, loadBusy = 0, serverBusy = 1 }) =>
    loadBusy > 0.95 && serverBusy < 0.95
      ? [`${name} at ${connections}: the load was busier than the server, so this is the load's limit.`]
      : [],
  ),
  ...(loadBefore > 0.5
    ? [`Others were at work on the machine: its load was ${loadBefore} before the run.`]
    : []),
]
