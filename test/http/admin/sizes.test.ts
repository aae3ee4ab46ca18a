import { afterAll, expect, test } from 'bun:test'
import { assetUrls } from '../../../src/http/page/assets/index.ts'
import { seedDemo } from '../../support/demo.ts'
import { createGate } from '../../support/gate.ts'
import { createOperator } from '../../support/page.ts'
import { pagesOf } from '../../support/pages.ts'

const htmlLimitBytes = 60 * 1024
const assetsLimitBytes = 120 * 1024

const gate = createGate()
const demo = seedDemo(gate.services, gate.clock.now())
const { visit } = await createOperator(gate)
const figures: string[] = []
const sizeOf = async (name: string, path: string) => {
  const { byteLength } = await (await visit(path)).arrayBuffer()
  figures.push(`${name.padEnd(20)} ${(byteLength / 1024).toFixed(1).padStart(6)} KB`)
  return byteLength
}
afterAll(() => process.stdout.write(`${figures.join('\n')}\n`))

test.each(Object.entries(pagesOf(demo)))('the page %s is below 60 KB of HTML', async (name, path) => {
  expect(await sizeOf(name, path)).toBeLessThan(htmlLimitBytes)
})

test('style and script together are below 120 KB before compression', async () => {
  const sizes = await Promise.all(Object.entries(assetUrls).map(([name, path]) => sizeOf(name, path)))
  expect(sizes.reduce((sum, size) => sum + size)).toBeLessThan(assetsLimitBytes)
})
