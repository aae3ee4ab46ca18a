import { expect, test } from 'bun:test'
import { startBinary } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'

const ask = (url: string) => fetch(`${url}/healthz`, { headers: { 'x-forwarded-for': '192.0.2.7' } })
const says =
  '127.0.0.1 sends X-Forwarded-For and is not trusted, so the header is ignored. If it is your proxy, all its clients count as one address: add it.'

test('X-Forwarded-For from a peer that is not trusted is warned of once, in the log and by the doctor', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path)
  const doctor = async () => {
    const { checks } = (await server.command('doctor')) as unknown as {
      checks: { name: string; says: string }[]
    }
    return checks.filter(({ name }) => name === 'settings').map((check) => check.says)
  }
  expect(await doctor()).toEqual([])
  for (let asked = 0; asked < 3; asked++) expect((await ask(server.url)).status).toBe(200)
  expect(await doctor()).toEqual([`CALLGATE_TRUSTED_PROXIES: ${says}`])
  expect(await server.command('server', 'warnings')).toEqual([
    { name: 'CALLGATE_TRUSTED_PROXIES', says },
  ] as never)
  expect(server.log.filter((line) => line.includes('X-Forwarded-For'))).toHaveLength(1)
})

test('a trusted proxy is no reason to warn', async () => {
  using directory = temporaryDirectory()
  await using server = await startBinary(directory.path, { CALLGATE_TRUSTED_PROXIES: '127.0.0.1' })
  await ask(server.url)
  expect(await server.command('server', 'warnings')).toEqual([] as never)
  expect(server.log.filter((line) => line.includes('X-Forwarded-For'))).toEqual([])
})
