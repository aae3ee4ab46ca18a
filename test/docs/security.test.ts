import { expect, test } from 'bun:test'
import { existsSync } from 'node:fs'
import { join } from 'node:path'

const root = join(import.meta.dir, '../..')
const text = await Bun.file(join(root, 'SECURITY.md')).text()
const rows = [...text.matchAll(/^\| (V\d[^|]*?) +\| ([a-z ]+?) +\| ([^|]*?) +\|$/gm)].map(
  ([, section = '', state = '', why = '']) => ({ section, state, why }),
)

test('the table of the ASVS has every chapter, and a state and a reason for every section', () => {
  const chapters = new Set(rows.map(({ section }) => Number(/^V(\d+)/.exec(section)?.[1])))
  expect([...chapters]).toEqual(Array.from({ length: 17 }, (_, at) => at + 1))
  for (const { section, state, why } of rows) {
    expect({ section, state }).toEqual({
      section,
      state: expect.stringMatching(/^(met|not applicable|not met)$/),
    })
    expect(why).not.toBe('')
  }
})

test('the tests and pages that it names are there', () => {
  const named = rows.flatMap(({ why }) => [
    ...[...why.matchAll(/`([\w/-]+(?:\.test)?\.ts)`/g)].map(([, name]) => `test/${name}`),
    ...[...why.matchAll(/\]\((src\/docs\/[^)#]+)/g)].map(([, path]) => path ?? ''),
  ])
  expect(named.length).toBeGreaterThan(60)
  expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([])
})
