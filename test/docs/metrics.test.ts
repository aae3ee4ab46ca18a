import { expect, test } from 'bun:test'
import { openShelf } from '../../src/http/docs/shelf.ts'
import { pageText } from '../support/docs.ts'
import { busyGate, metricsOf } from '../support/metrics.ts'

const text = (cell = '') => cell.trim().replaceAll('`', '')

test('the table of metrics is that of /metrics: every name, type, label and meaning', async () => {
  await using gate = await busyGate()
  const rows = [...(await pageText('metrics')).matchAll(/^\| `(\w+)` *\|([^|]+)\|([^|]+)\|([^|]+)\|$/gm)]
  const told = rows.map(([, name, type, labels, help]) => [name, text(type), text(labels), text(help)])
  const real = [...metricsOf(gate)].map(([name, { type, labels, help }]) => [
    name,
    type,
    [...labels].join(', '),
    help,
  ])
  expect(told).toEqual(real)
})

test('the dashboard is one that Grafana takes, and asks for nothing that is not there', async () => {
  await using gate = await busyGate()
  const families = metricsOf(gate)
  const known = new Set(
    [...families].flatMap(([name, { type }]) =>
      type === 'histogram' ? ['_bucket', '_sum', '_count'].map((suffix) => name + suffix) : [name],
    ),
  )
  const dashboard = JSON.parse(openShelf().files.get('grafana.json') ?? '') as Dashboard
  expect(dashboard).toMatchObject({ title: 'callgate', schemaVersion: expect.any(Number) })
  expect(dashboard.templating.list.map(({ name }) => name)).toEqual(['datasource'])
  const ids = dashboard.panels.map(({ id }) => id)
  expect(new Set(ids).size).toBe(ids.length)

  const asked = new Set<string>()
  for (const { type, title, targets = [], gridPos, datasource } of dashboard.panels) {
    expect(title).not.toBe('')
    expect(gridPos.x + gridPos.w).toBeLessThanOrEqual(24)
    if (type === 'row') continue
    expect(datasource).toEqual({ type: 'prometheus', uid: '${datasource}' })
    expect(targets).not.toBeEmpty()
    for (const { expr } of targets) {
      const metrics = [...expr.matchAll(/\b(?:callgate|process)_\w+/g)].map(([name]) => name)
      expect(metrics).not.toBeEmpty()
      for (const name of metrics) {
        expect({ title, name, known: known.has(name) }).toEqual({ title, name, known: true })
        asked.add(name.replace(/_(?:bucket|sum|count)$/, ''))
      }
      const labels = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(', '))
      const own = new Set(['le', ...metrics.flatMap((name) => [...labelsOf(families, name)])])
      for (const label of labels)
        expect({ expr, label, known: own.has(label) }).toEqual({ expr, label, known: true })
    }
  }
  // What it does not show is at least few.
  expect([...families.keys()].filter((name) => !asked.has(name))).toEqual([
    'callgate_calls_triggered_total',
    'process_start_time_seconds',
  ])
})

const labelsOf = (families: ReturnType<typeof metricsOf>, name: string) =>
  families.get(name)?.labels ?? families.get(name.replace(/_(?:bucket|sum|count)$/, ''))?.labels ?? []

interface Dashboard {
  templating: { list: { name: string }[] }
  panels: {
    id: number
    type: string
    title: string
    gridPos: { x: number; y: number; w: number; h: number }
    datasource?: unknown
    targets?: { expr: string }[]
  }[]
}
