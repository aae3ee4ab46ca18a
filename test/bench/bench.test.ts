import { expect, test } from 'bun:test'
import { cpus } from 'node:os'
import { join } from 'node:path'
import { parseLoad } from './load.ts'
import { readOptions } from './options.ts'
import { parseCpuMs, parseResidentBytes } from './pinned.ts'
import { aimsOf, loadTable, remarksOf, rowsOf } from './report.ts'
import { middleOf, type Run } from './rounds.ts'
import { markdownTable, median } from './table.ts'

test('the median is the middle, or the mean of the middle two', () => {
  expect(median([3, 1, 2])).toBe(2)
  expect(median([4, 1, 3, 2])).toBe(2.5)
  expect(median([7])).toBe(7)
  expect(median([])).toBeNaN()
})

test('a table is Markdown, and no text breaks out of its cell', () => {
  const table = markdownTable(
    ['a', 'b'],
    [
      ['x | y\nz', 1234.5],
      ['', 0.123456],
    ],
  )
  expect(table.split('\n')).toEqual([
    '| a        |     b |',
    '| -------- | ----: |',
    '| x \\| y z | 1,235 |',
    '|          | 0.123 |',
  ])
})

test('what wrk measured is read from its last line, and nothing is made up without it', () => {
  const seen = {
    requests: 9,
    durationUs: 2_000_000,
    refused: 1,
    broken: 0,
    p50Us: 10,
    p99Us: 20,
    p999Us: 30,
  }
  const out = `Running 2s test @ http://127.0.0.1:1\n  1 threads\nmeasured ${JSON.stringify(seen)}\n`
  expect(parseLoad(out)).toEqual(seen)
  expect(() => parseLoad('Running 2s test')).toThrow('no measurement')
})

test('processor time and memory are read from /proc, whatever the process calls itself', () => {
  const fields = ['S', ...Array.from({ length: 49 }, (_, at) => at + 4)]
  // utime and stime are the 14th and 15th field (proc(5)).
  expect(parseCpuMs(`12 (a) b (c) ${fields.join(' ')}`)).toBe((14 + 15) * 10)
  expect(parseResidentBytes('VmPeak:\t  9 kB\nVmRSS:\t    2048 kB\n')).toBe(2048 * 1024)
})

test('a misspelt option is refused, and --quick is one short round', () => {
  expect(() => readOptions(['--fast'])).toThrow()
  expect(() => readOptions(['--rounds', '0'])).toThrow('whole number')
  expect(readOptions(['--quick', '--only', 'floor,granted'])).toMatchObject({
    rounds: 1,
    only: ['floor', 'granted'],
  })
})

const run = (perSecond: number): Run => ({
  connections: 32,
  perSecond,
  cpuUs: 1,
  p50Ms: 1,
  p99Ms: 1,
  p999Ms: 1,
  residentMb: 1,
  serverBusy: 1,
  loadBusy: 0.5,
})

const given = {
  load: () => ({ method: 'GET', path: '/', headers: '' }) as const,
  start: () => Promise.reject(new Error('nothing is started here')),
  expects: 200,
  connections: [32],
  isQuick: true,
} as const

const floor = { ...given, name: 'floor', says: 'the floor' }
const ours = { ...given, name: 'ours', says: 'ours', floor: 'floor' } as const

test('a row is the median of its rounds, over the median of its floor', () => {
  const outcomes = new Map([
    ['floor', { runs: [run(100), run(300), run(200)] }],
    ['ours', { runs: [run(90), run(110), run(100)] }],
  ])
  expect(middleOf([run(100), run(300), run(200)])?.perSecond).toBe(200)
  expect(rowsOf([floor, ours], outcomes)).toMatchObject([
    { name: 'floor', ofFloor: 1 },
    { name: 'ours', perSecond: 100, ofFloor: 0.5 },
  ])
})

test('an aim is met or missed by what was measured, and neither where nothing was', () => {
  const row = { says: 'ours', name: 'ours', connections: 32, aim: 0.65 }
  const figure = { name: 'start', says: 'start', unit: 'ms', aim: '≤ 60' } as const
  expect(
    aimsOf(
      [{ ...row, ofFloorByCpu: 0.7 }, { ...row, ofFloorByCpu: 0.4 }, row],
      [
        { ...figure, value: 60 },
        { ...figure, value: 61 },
        { ...figure, value: null },
      ],
    ),
  ).toEqual({
    missed: ['ours, 32 connections: 0.40, ≥ 0.65', 'start: 61 ms, ≤ 60'],
    met: ['ours, 32 connections: 0.70, ≥ 0.65', 'start: 60 ms, ≤ 60'],
  })
})

test('a row that could not be measured stays in the table, and is spoken of under it', () => {
  const outcomes = new Map([
    ['floor', { runs: [run(100)] }],
    ['ours', { runs: [], problem: 'not installed here' }],
  ])
  const rows = rowsOf([floor, ours], outcomes)
  expect(loadTable(rows)).toContain('| ours ')
  expect(remarksOf(rows, [], 0)).toEqual(['ours: not installed here.'])
})

const canRun = cpus().length > 1 && ['wrk', 'taskset', 'setpriv'].every((program) => Bun.which(program))

test.skipIf(!canRun)(
  `the floor is measured in one short round${canRun ? '' : ' (skipped: wrk, util-linux or a second core is missing)'}`,
  async () => {
    const script = join(import.meta.dir, 'run.ts')
    const command = [process.execPath, script, '--quick', '--seconds', '1', '--only', 'floor', '--json']
    const child = Bun.spawn(command, { stdout: 'pipe', stderr: 'pipe' })
    const [out, complaint] = await Promise.all([
      new Response(child.stdout).text(),
      new Response(child.stderr).text(),
    ])
    expect(await child.exited, complaint).toBe(0)
    const { rows } = JSON.parse(out) as { rows: unknown[] }
    expect(rows).toMatchObject(
      [1, 32, 256].map((connections) => ({ name: 'floor', connections, ofFloor: 1 })),
    )
  },
  60_000,
)
