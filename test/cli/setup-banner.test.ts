import { expect, test } from 'bun:test'
import { setupBanner } from '../../src/cli/setup-banner.ts'

test('the banner of a first start has the link on a line of its own, when it expires, and the way to a new one', () => {
  const link = 'http://127.0.0.1:3000/admin/setup/open#code'
  const expiry = new Date(90 * 60_000)
  const lines = setupBanner(link, 60 * 60_000).split('\n')
  expect(lines.map((line) => line.trim())).toContain(link)
  const clock = [expiry.getHours(), expiry.getMinutes()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':')
  expect(lines.find((line) => line.includes('works once'))).toContain(`until ${clock}`)
  expect(lines.some((line) => line.includes('callgate person setup'))).toBe(true)
})
