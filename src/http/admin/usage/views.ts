import type { EnvironmentName } from '../../../agencies/environment.ts'
import type { Pattern } from '../../../usage/patterns.ts'
import type { Refused } from '../../../usage/recent-refusals.ts'
import type { Slot } from '../../../usage/series.ts'
import type { Range, Spans } from '../../../usage/spans.ts'
import { localSpanOf } from '../local-span.ts'
import type { LiveCounters } from './live.tsx'

/** The usage of an environment. */
export interface UsageView {
  name: EnvironmentName
  counters: LiveCounters
  /** The columns of the range, and those before. */
  slots: Slot[]
  before: Slot[]
  /** The last hour, and the last 30 days by hour. */
  minutes: Slot[]
  hours: Slot[]
  refusals: Refused[]
  patterns: Pattern[]
}

export const subjects = ['requests', 'calls'] as const
export type Subject = (typeof subjects)[number]

/** What the page was asked for. */
export interface Asked {
  range: Range
  /** The large chart. */
  environment: EnvironmentName
  subject: Subject
  /** A moment in the column whose rejected requests are listed. */
  at: number | undefined
  /** The X-Request-Id to search for. */
  wanted: string | undefined
}

export interface Drawn {
  asked: Asked
  spans: Spans
  /** The column whose rejected requests are listed. */
  column: { from: number; to: number } | undefined
  timeZone: string
}

/** What the page shows where its address says nothing. */
export const shownFirst = { range: 'hour', environment: 'production', subject: 'requests' } as const

/** The address of a chart on the page of its agency, and of the column that begins at a moment. */
export const chartHref = (
  { range, environment, subject }: Pick<Asked, 'range' | 'environment' | 'subject'>,
  at?: number,
) => {
  const query = [
    range === shownFirst.range ? '' : `range=${range}`,
    environment === shownFirst.environment ? '' : `environment=${environment}`,
    subject === shownFirst.subject ? '' : `chart=${subject}`,
    at === undefined ? '' : `at=${minute(at)}Z`,
  ]
  return `?${query.filter((part) => part !== '').join('&')}${at === undefined ? '' : '#refusals'}`
}

/** The calls that were triggered in a span of time. */
export const callsHref = (
  environment: EnvironmentName,
  span: { from: number; to: number },
  timeZone: string,
) => {
  const { from, to, zone } = localSpanOf(span, timeZone)
  return `calls?environment=${environment}&from=${from}&to=${to}&zone=${encodeURIComponent(zone)}`
}

/** All columns begin with a minute. */
const minute = (at: number) => new Date(at).toISOString().slice(0, 16)
