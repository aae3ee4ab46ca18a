import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { openingOf, readHours } from '../../src/policy/hours.ts'
import { zonesOf } from '../../src/policy/zones.ts'

const zones = Intl.supportedValuesOf('timeZone')
const dayNames = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const clockOf = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`

const formats = new Map(
  zones.map((zone) => [
    zone,
    new Intl.DateTimeFormat('en-GB', {
      timeZone: zone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    }),
  ]),
)

/** The local day and minute by Intl, which knows nothing of `hours.ts`. */
const localOf = (zone: string, at: number) => {
  const parts = Object.fromEntries(
    formats
      .get(zone)
      ?.formatToParts(at)
      .map(({ type, value }) => [type, value]) ?? [],
  )
  return {
    day: String(parts.weekday).toLowerCase().slice(0, 3),
    minute: Number(parts.hour) * 60 + Number(parts.minute),
  }
}

interface Hours {
  days: string[]
  from: number
  to: number
}

const isOpenIn = (hours: Hours, zone: string, at: number) => {
  const { day, minute } = localOf(zone, at)
  return hours.days.includes(day) && minute >= hours.from && minute < hours.to
}

const someHours = fc
  .record({
    days: fc.subarray(dayNames, { minLength: 1 }),
    from: fc.integer({ min: 0, max: 24 * 60 - 1 }),
    length: fc.integer({ min: 1, max: 24 * 60 }),
  })
  .map(({ days, from, length }) => ({ days, from, to: Math.min(24 * 60, from + length) }))

/** Any time, and the hours around the changes of the clock, in any zone. */
const zoneAndTime = fc
  .record({
    zone: fc.constantFrom(...zones),
    at: fc.integer({ min: Date.UTC(2024, 0), max: Date.UTC(2030, 0) }),
    offsetMinutes: fc.integer({ min: -180, max: 180 }),
    nearChange: fc.boolean(),
  })
  .map(({ zone, at, offsetMinutes, nearChange }) => {
    const moment = Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone)
    const change = nearChange ? moment.getTimeZoneTransition('next') : null
    return { zone, at: change ? change.epochMilliseconds + offsetMinutes * 60_000 : at }
  })

const textOf = ({ days, from, to }: Hours) => `${days.join(',')} ${clockOf(from)}-${clockOf(to)}`

test('hours are open exactly when the local clock says so, in every zone and around every clock change', () => {
  fc.assert(
    fc.property(someHours, zoneAndTime, (hours, { zone, at }) => {
      expect(openingOf([textOf(hours)], [zone], at) === true).toBe(isOpenIn(hours, zone, at))
    }),
    { numRuns: 3000 },
  )
})

test('the next opening is open, and nothing before it is', () => {
  fc.assert(
    fc.property(
      someHours,
      zoneAndTime,
      fc.array(fc.nat(), { minLength: 20 }),
      (hours, { zone, at }, picks) => {
        const opening = openingOf([textOf(hours)], [zone], at)
        if (opening === true) return
        if (opening === null) throw new Error('a week without an opening')
        expect(isOpenIn(hours, zone, opening)).toBe(true)
        for (const before of [opening - 1, ...picks.map((pick) => at + (pick % (opening - at)))])
          expect(isOpenIn(hours, zone, before)).toBe(false)
      },
    ),
    { numRuns: 300 },
  )
})

test('where a number may be in several zones, all have to allow the call', () => {
  fc.assert(
    fc.property(someHours, zoneAndTime, fc.subarray(zones, { maxLength: 4 }), (hours, { zone, at }, more) => {
      const all = [zone, ...more]
      const open = all.every((each) => isOpenIn(hours, each, at))
      expect(openingOf([textOf(hours)], all, at) === true).toBe(open)
    }),
    { numRuns: 500 },
  )
})

test('a local time that a clock change skips is open from the change on', () => {
  // In New York, 02:00 to 03:00 does not exist on 8 March 2026.
  const before = Date.parse('2026-03-08T06:00:00Z')
  const opening = openingOf(['sun 02:30-05:00'], ['America/New_York'], before)
  expect(new Date(Number(opening)).toISOString()).toBe('2026-03-08T07:00:00.000Z')
})

test('hours that two zones never have in common are never open', () => {
  expect(openingOf(['mon-sun 09:00-10:00'], ['Europe/London', 'Asia/Tokyo'], 0)).toBeNull()
})

describe('a text', () => {
  test.each([
    'mon-fri 09:00-20:00',
    'sat,sun 00:00-24:00',
    'MON 09:00-10:00; tue-wed,fri 1:00-02:00'.replace('1:', '01:'),
  ])('%s is hours', (text) => {
    expect(readHours(text)).toBeDefined()
  })

  test.each([
    '',
    'always',
    'mon',
    'mon 9-17',
    'fri-mon 09:00-10:00',
    'mon 10:00-10:00',
    'mon 20:00-09:00',
    'mon 09:00-25:00',
    'mon 09:60-10:00',
    'moon 09:00-10:00',
    'mon 09:00-10:00;',
  ])('%p is none', (text) => {
    expect(readHours(text)).toBeUndefined()
  })
})

describe('the zones of a number', () => {
  test.each([
    ['+12125551234', ['America/New_York']],
    ['+442079460000', ['Europe/London']],
    ['+819012345678', ['Asia/Tokyo']],
    ['+97714123456', ['Asia/Katmandu', 'Asia/Kathmandu']],
  ] as [string, string[]][])('%s', (number, expected) => {
    expect(zonesOf(number).some((zone) => expected.includes(zone))).toBe(true)
  })

  test('a number that may be anywhere in its country has all of its zones', () => {
    expect(zonesOf('+18005551234').length).toBeGreaterThan(20)
    expect(zonesOf('+999123456789')).toEqual([])
  })
})
