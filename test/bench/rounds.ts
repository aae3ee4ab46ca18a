import { readFileSync } from 'node:fs'
import type { Case } from './case.ts'
import type { Ground } from './ground.ts'
import { type Load, runLoad } from './load.ts'
import type { Options } from './options.ts'
import type { Pinned } from './pinned.ts'
import { median } from './table.ts'

/** One run of the load against a case. */
export interface Run {
  connections: number
  perSecond: number
  /** Processor time of the server, all its threads, for one request. */
  cpuUs: number
  p50Ms: number
  p99Ms: number
  p999Ms: number
  residentMb: number
  /** How busy its core was with it, 0 to 1, and the other one with the load. */
  serverBusy: number
  loadBusy: number
}

/** What came of a case: its runs, or why there are none or not all. */
export interface Outcome {
  runs: Run[]
  problem?: string
}

const warmUpSeconds = 2
const warmUpMostMs = 12_000

/** Measures the cases in turn, and all of them again in each round, so that what drifts hits all alike. */
export const runRounds = async (
  ground: Ground,
  cases: Case[],
  options: Options,
  tell: (what: string) => void,
) => {
  const outcomes = new Map<string, Outcome>()
  for (const each of cases) {
    const problem = each.missing?.()
    outcomes.set(each.name, { runs: [], ...(problem === undefined ? {} : { problem }) })
  }
  for (let round = 1; round <= options.rounds; round++) {
    for (const each of cases) {
      const outcome = outcomes.get(each.name)
      if (!outcome || outcome.problem !== undefined) continue
      tell(`round ${round} of ${options.rounds}: ${each.name}`)
      try {
        outcome.runs.push(...(await measure(ground, each, options)))
      } catch (error) {
        outcome.problem = error instanceof Error ? error.message : String(error)
      }
    }
  }
  return outcomes
}

/** The run in the middle: each figure is the median of its own. Undefined when there was none. */
export const middleOf = (runs: Run[]): Run | undefined => {
  const [first] = runs
  if (!first) return undefined
  const names = Object.keys(first) as (keyof Run)[]
  return Object.fromEntries(
    names.map((name) => [name, median(runs.map((run) => run[name]))]),
  ) as unknown as Run
}

/** A server of its own for each round: none is measured with what another load left in it. */
const measure = async (ground: Ground, each: Case, { seconds, warmUpRequests }: Options) => {
  const load = each.load(ground)
  using room = ground.room()
  await using server = await each.start(ground, room.path)
  if (each.isSpent === true) await spendGrants(server.url, load)
  const [most = 1] = each.connections.toSorted((a, b) => b - a)
  await warmUp(server.url, load, most, warmUpRequests, ground.loadCore)
  const runs: Run[] = []
  for (const connections of each.connections)
    runs.push(await run(ground, server, each, load, connections, seconds))
  await requireStatus(server.url, load, each.expects)
  return runs
}

const run = async (
  ground: Ground,
  server: Pinned,
  { expects }: Case,
  load: Load,
  connections: number,
  seconds: number,
): Promise<Run> => {
  const cpuBefore = server.cpuMs()
  const seen = await runLoad(server.url, load, connections, seconds, ground.loadCore)
  const cpuMs = server.cpuMs() - cpuBefore
  if (seen.requests === 0) throw new Error('no request was answered')
  if (seen.broken > 0) throw new Error(`${seen.broken} of ${seen.requests} requests had no answer`)
  const unexpected = expects < 400 ? seen.refused : seen.requests - seen.refused
  if (unexpected > seen.requests / 100)
    throw new Error(`${unexpected} of ${seen.requests} answers were not ${expects}`)
  return {
    connections,
    perSecond: (seen.requests * 1e6) / seen.durationUs,
    cpuUs: (cpuMs * 1000) / seen.requests,
    p50Ms: seen.p50Us / 1000,
    p99Ms: seen.p99Us / 1000,
    p999Ms: seen.p999Us / 1000,
    residentMb: server.residentBytes() / 2 ** 20,
    serverBusy: (cpuMs * 1000) / seen.durationUs,
    loadBusy: seen.loadBusy,
  }
}

/** A case that is slow is measured as warm as it got. */
const warmUp = async (url: string, load: Load, connections: number, requests: number, core: number) => {
  const endAt = performance.now() + warmUpMostMs
  for (let answered = 0; answered < requests && performance.now() < endAt;)
    answered += (await runLoad(url, load, connections, warmUpSeconds, core)).requests
}

/** Asks once with every key, so that the only grant of each is taken. */
const spendGrants = async (url: string, load: Load) => {
  const lines = linesOf(load)
  for (let at = 0; at < lines.length; at += 100)
    await Promise.all(lines.slice(at, at + 100).map((line) => ask(url, load, line)))
}

/** wrk tells refusals from grants, and not one refusal from another. */
const requireStatus = async (url: string, load: Load, expects: number) => {
  const [line = ''] = linesOf(load)
  const status = await ask(url, load, line)
  if (status !== expects) throw new Error(`it answered ${status}, not ${expects}`)
}

const linesOf = ({ headers }: Load) => readFileSync(headers, 'utf8').trim().split('\n')

const ask = async (url: string, { method, path, body }: Load, line: string) => {
  const pairs = line.split('\t').map((header) => header.split(': ', 2) as [string, string])
  const headers = { ...Object.fromEntries(pairs), ...(body ? { 'Content-Type': 'application/json' } : {}) }
  const answer = await fetch(`${url}${path}`, { method, headers, body: body ?? null })
  await answer.arrayBuffer()
  return answer.status
}
