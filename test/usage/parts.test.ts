import { expect, test } from 'bun:test'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const minuteMs = 60_000

/** A gate in which so many keys, each of its own agency, have had one request. */
const withUsedKeys = (keys: number) => {
  const gate = createGate()
  const { agencies, environments, usage } = gate.services
  const environmentIds = Array.from({ length: keys }, (_, at) => {
    const agency = atOnce(agencies.create(`Agency ${at}`, 'agency', gate.clock.now()))
    const { id } = atOnce(environments.find(agency.id, 'production'))!
    usage.grant(
      { environmentId: id, keyId: id },
      () => ({ address: '10.0.0.1', userAgent: 'x' }),
      gate.clock.now(),
    )
    return id
  })
  const rows = () =>
    gate.database.sqlite
      .query<{ rows: number }, []>("select count(*) as rows from usage where span = 'minute'")
      .get()?.rows ?? 0
  const granted = () =>
    environmentIds
      .flatMap((id) => atOnce(usage.figures(id, 'hour', 0)))
      .reduce((sum, { count }) => sum + count, 0)
  return { ...gate, environmentIds, rows, granted }
}

test('the usage of many keys is written in parts, so that no request waits for all of it, and is read whole meanwhile', async () => {
  const { clock, rows, granted } = withUsedKeys(250)
  await clock.advance(minuteMs)
  expect(rows()).toBe(100)
  expect(granted()).toBe(250)
  await clock.advance(25)
  expect(rows()).toBe(200)
  expect(granted()).toBe(250)
  await clock.advance(25)
  expect(rows()).toBe(250)
  expect(granted()).toBe(250)
})

test('requests that come in while usage is written wait for the next minute, and each is counted once', async () => {
  const { clock, services, environmentIds, rows, granted } = withUsedKeys(150)
  const again = () => {
    for (const id of environmentIds)
      services.usage.grant(
        { environmentId: id, keyId: id },
        () => ({ address: null, userAgent: null }),
        clock.now(),
      )
  }
  await clock.advance(minuteMs)
  again()
  await clock.advance(25)
  again()
  expect(rows()).toBe(200)
  expect(granted()).toBe(450)
  await clock.advance(minuteMs)
  await clock.advance(1000)
  expect(granted()).toBe(450)
  atOnce(services.usage.flush())
  expect(granted()).toBe(450)
})

test('a stop writes all of it', () => {
  const { services, rows } = withUsedKeys(250)
  atOnce(services.usage.flush())
  expect(rows()).toBe(250)
})
