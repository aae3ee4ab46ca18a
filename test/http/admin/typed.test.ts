import { afterAll, expect, test } from 'bun:test'
import { operations } from '../../../src/operations.ts'
import { operationCases } from '../../support/operation-cases.ts'
import { createWorld } from '../../support/world.ts'

const world = await createWorld()
const cases = operationCases(world.facts)
afterAll(() => world[Symbol.asyncDispose]())

test('every form that is refused is there again with what was typed, and says why to screen readers', async () => {
  const opened = world.open(world.copy())
  const lost: string[] = []
  let forms = 0
  for (const { name } of operations)
    for (const { page } of cases[name]?.refused ?? []) {
      if (typeof page !== 'object' || !page.fields) continue
      const headers = { cookie: world.cookies.operator ?? '', 'sec-fetch-site': 'same-origin' }
      const body = new URLSearchParams(page.fields)
      const response = await opened.request(page.path, { method: 'POST', headers, body })
      // What is not there, or has changed in the meantime, has no form any more.
      if (response.status !== 422) continue
      forms++
      const html = await response.text()
      if (!html.includes('role="alert"')) lost.push(`${name}: says nothing`)
      for (const [field, value] of Object.entries(page.fields))
        if (value !== '' && !html.includes(`value="${value}"`)) lost.push(`${name}: ${field}`)
    }
  opened.close()
  expect(lost).toEqual([])
  expect(forms).toBeGreaterThan(20)
})
