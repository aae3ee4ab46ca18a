import { createContext } from 'preact'
import { useContext } from 'preact/hooks'

/** Who looks at a page, and when. */
export interface Viewpoint {
  /** An IANA time zone. */
  timeZone: string
  /** Wall-clock milliseconds; without them, no time is relative. */
  now: number | undefined
}

export const ViewpointContext = createContext<Viewpoint>({ timeZone: 'UTC', now: undefined })

interface TimeProps {
  /** Wall-clock milliseconds. */
  at: number
  /** `day` leaves the time of day out, `clock` the date. Both are never relative, and neither is `exact`. */
  show?: 'day' | 'clock' | 'exact'
}

/** A time in the reader's zone, relative when younger than a day. Its title is UTC, to the second. */
export const Time = ({ at, show }: TimeProps) => {
  const { timeZone, now } = useContext(ViewpointContext)
  const iso = new Date(at).toISOString()
  const relative = show === undefined && now !== undefined ? ago(at, now) : undefined
  return (
    <time dateTime={iso} title={`${iso.slice(0, 19).replace('T', ' ')} UTC`}>
      {relative ?? timeInZone(at, timeZone, show)}
    </time>
  )
}

const dayMs = 86_400_000
const units = [
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const

/** The age of something younger than a day in its largest unit: "3 minutes ago". The future has none. */
const ago = (at: number, now: number): string | undefined => {
  if (at > now || now - at >= dayMs) return undefined
  for (const [unit, lengthMs] of units) {
    const count = Math.floor((now - at) / lengthMs)
    if (count >= 1) return `${count} ${unit}${count === 1 ? '' : 's'} ago`
  }
  return 'just now'
}

/** A time in words: "30 Nov 2026, 23:05". UTC is named, because it is nobody's own zone. */
const timeInZone = (at: number, timeZone: string, show?: TimeProps['show']) => {
  const text = formatOf(timeZone, show).format(at)
  return timeZone === 'UTC' && show !== 'day' ? `${text} UTC` : text
}

const day = { day: 'numeric', month: 'short', year: 'numeric' } as const
const clock = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
const parts = {
  day,
  clock: { ...clock, second: '2-digit' },
  exact: { ...day, ...clock },
} as const

/** Making a format takes a hundred times as long as using it. There are a few hundred zones. */
const formats = new Map<string, Intl.DateTimeFormat>()

const formatOf = (timeZone: string, show: TimeProps['show'] = 'exact') => {
  const key = `${show} ${timeZone}`
  const known = formats.get(key) ?? new Intl.DateTimeFormat('en-GB', { ...parts[show], timeZone })
  formats.set(key, known)
  return known
}

/** A sentence of an operation, with its times as `Time` shows them. */
export const InTime = ({ children }: { children: string }) => (
  <>
    {children
      .split(/(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/)
      .map((part, at) => (at % 2 === 0 ? part : <Time key={at} at={Date.parse(part)} show="exact" />))}
  </>
)
