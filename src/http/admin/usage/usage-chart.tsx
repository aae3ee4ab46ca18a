import { requestsOf, type Slot } from '../../../usage/series.ts'
import type { Range } from '../../../usage/spans.ts'
import { type Bar, Chart } from '../../page/chart/chart.tsx'
import { Legend } from '../../page/chart/hatches.tsx'
import { Sparkline } from '../../page/chart/sparkline.tsx'
import { spanName, timeLabels } from '../../page/chart/time-axis.ts'
import { environmentTitles } from '../../page/words.tsx'
import { refusedFor, type Share, sharesOf } from './shares.ts'
import { callsHref, chartHref, type Drawn, type Subject, subjects, type UsageView } from './views.ts'

export const rangeTitles: Record<Range, string> = {
  hour: 'last hour',
  day: 'last 24 hours',
  week: 'last 7 days',
  month: 'last 30 days',
}
export const columnTitles: Record<Range, string> = {
  hour: 'minute',
  day: 'hour',
  week: 'six hours',
  month: 'day',
}

const titleOf = ({ asked }: Drawn, name: UsageView['name'], subject: Subject) =>
  subject === 'requests'
    ? `Requests per ${columnTitles[asked.range]} in ${name}, ${rangeTitles[asked.range]}`
    : `Concurrent calls in ${name}, ${rangeTitles[asked.range]}, against the limit`

/** The chart that was asked for, with what its hatches mean and its numbers. */
export const LargeChart = ({ view, drawn }: { view: UsageView; drawn: Drawn }) => {
  const { asked, spans, timeZone } = drawn
  const { name, counters, slots } = view
  const isOfRequests = asked.subject === 'requests'
  const shares = sharesOf(slots, sharesOf(view.hours))
  const bars = isOfRequests ? requestBars(view, drawn, shares) : callBars(view, drawn)
  const hasBefore = bars.some(({ before }) => before !== undefined)
  const parts = [
    {
      mark: 'plain' as const,
      label: isOfRequests ? 'allowed' : 'most concurrent calls',
      count: isOfRequests
        ? sum(slots, ({ granted }) => granted)
        : highest(slots, ({ peakCalls }) => peakCalls),
    },
    ...(isOfRequests ? shares : []).map(({ hatch, reason, count }) => ({
      mark: hatch,
      label: `rejected: ${reason}`,
      count,
    })),
  ]
  return (
    <>
      <Legend parts={parts} hasBefore={hasBefore} />
      {isOfRequests && shares.length === 0 && <p>None rejected.</p>}
      <Chart
        id="chart"
        title={titleOf(drawn, name, asked.subject)}
        description={isOfRequests ? requestsInWords(slots, shares) : callsInWords(slots, counters.callLimit)}
        bars={bars}
        times={timeLabels(spans, timeZone)}
        limit={isOfRequests ? undefined : counters.callLimit}
      />
    </>
  )
}

const columnsOf = ({ before }: UsageView, { spans }: Drawn) => {
  // Of the time before the first request, or before the oldest that is kept, nothing is known.
  const isKnown = before.some((slot) => requestsOf(slot) > 0 || slot.peakCalls > 0)
  return {
    endOf: (at: number) => spans.starts[spans.starts.indexOf(at) + 1] ?? spans.end,
    beforeOf: (index: number, amountOf: (slot: Slot) => number) => {
      const slot = before[index]
      return isKnown && slot ? amountOf(slot) : undefined
    },
  }
}

const requestBars = (view: UsageView, drawn: Drawn, shares: Share[]): Bar[] => {
  const { beforeOf } = columnsOf(view, drawn)
  const nameOf = spanName(drawn.spans, drawn.timeZone)
  return view.slots.map((slot, index) => {
    const before = beforeOf(index, requestsOf)
    const rejected = requestsOf(slot) - slot.granted
    return {
      startAt: slot.startAt,
      says: said(nameOf(slot.startAt), [
        `${slot.granted.toLocaleString('en')} allowed`,
        `${rejected.toLocaleString('en')} rejected`,
        before === undefined ? undefined : `before: ${before.toLocaleString('en')}`,
      ]),
      href: chartHref(drawn.asked, slot.startAt),
      parts: [
        { mark: 'plain', amount: slot.granted },
        ...shares.map((share) => ({ mark: share.hatch, amount: refusedFor(share, slot) })),
      ],
      before,
    }
  })
}

const callBars = (view: UsageView, drawn: Drawn): Bar[] => {
  const { endOf, beforeOf } = columnsOf(view, drawn)
  const nameOf = spanName(drawn.spans, drawn.timeZone)
  return view.slots.map(({ startAt, peakCalls }, index) => {
    const before = beforeOf(index, (slot) => slot.peakCalls)
    return {
      startAt,
      says: said(nameOf(startAt), [
        `at most ${peakCalls.toLocaleString('en')} of ${view.counters.callLimit.toLocaleString('en')} concurrent calls`,
        before === undefined ? undefined : `before: ${before.toLocaleString('en')}`,
      ]),
      href: callsHref(view.name, { from: startAt, to: endOf(startAt) }, drawn.timeZone),
      parts: [{ mark: 'plain', amount: peakCalls }],
      before,
    }
  })
}

const said = (name: string, amounts: (string | undefined)[]) =>
  `${name}: ${amounts.filter((amount) => amount !== undefined).join(', ')}`

/** Every chart of the page as a small picture, which opens it large. */
export const SmallCharts = ({ views, drawn }: { views: UsageView[]; drawn: Drawn }) => (
  <ul class="small-charts">
    {views.flatMap((view) =>
      subjects.map((subject) => {
        const { range, environment, subject: shown } = drawn.asked
        const isShown = view.name === environment && subject === shown
        const isOfRequests = subject === 'requests'
        const amounts = view.slots.map((slot) => (isOfRequests ? requestsOf(slot) : slot.peakCalls))
        return (
          <li key={`${view.name} ${subject}`}>
            <a
              href={chartHref({ range, environment: view.name, subject })}
              aria-current={isShown ? 'true' : undefined}
            >
              <span>{`${environmentTitles[view.name]}: ${isOfRequests ? 'requests' : 'concurrent calls'}`}</span>
              <Sparkline
                label={
                  isOfRequests
                    ? `${sum(view.slots, requestsOf).toLocaleString('en')} requests`
                    : `At most ${Math.max(0, ...amounts)} of ${view.counters.callLimit}`
                }
                amounts={amounts}
                limit={isOfRequests ? undefined : view.counters.callLimit}
              />
            </a>
          </li>
        )
      }),
    )}
  </ul>
)

const requestsInWords = (slots: Slot[], shares: Share[]) => {
  const refused = shares.reduce((total, { count }) => total + count, 0)
  const most = highest(slots, requestsOf)
  const reasons = shares.map(({ reason, count }) => `${reason}: ${count}`).join('; ')
  const total = `${sum(slots, ({ granted }) => granted)} allowed, ${refused} rejected; at most ${most} at a time.`
  return refused === 0 ? total : `${total} Rejected by reason: ${reasons}.`
}

const callsInWords = (slots: Slot[], limit: number) =>
  `At most ${highest(slots, ({ peakCalls }) => peakCalls)} of ${limit}, the dashed line.`

const sum = (slots: Slot[], amountOf: (slot: Slot) => number) =>
  slots.reduce((total, slot) => total + amountOf(slot), 0)
const highest = (slots: Slot[], amountOf: (slot: Slot) => number) => Math.max(0, ...slots.map(amountOf))
