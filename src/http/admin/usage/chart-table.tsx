import { spanName } from '../../page/chart/time-axis.ts'
import { Table } from '../../page/table.tsx'
import { columnTitles, rangeTitles } from './usage-chart.tsx'
import { refusedFor, sharesOf } from './shares.ts'
import { callsHref, chartHref, type Drawn, type UsageView } from './views.ts'

/** The numbers of the large chart, newest first, each with the same link as its bar. */
export const ChartTable = ({ view, drawn }: { view: UsageView; drawn: Drawn }) => {
  const { asked, spans, timeZone } = drawn
  const shares = sharesOf(view.slots, sharesOf(view.hours))
  const nameOf = spanName(spans, timeZone)
  const endOf = (at: number) => spans.starts[spans.starts.indexOf(at) + 1] ?? spans.end
  const hrefOf = (at: number) =>
    asked.subject === 'requests'
      ? chartHref(asked, at)
      : callsHref(view.name, { from: at, to: endOf(at) }, timeZone)
  const heads = [
    `${columnTitles[asked.range].replace(/^./, (first) => first.toUpperCase())} (${timeZone})`,
    'Allowed',
    ...shares.map(({ reason }) => `Rejected: ${reason}`),
    'Concurrent calls',
  ]
  return (
    <details>
      <summary>{`The ${rangeTitles[asked.range]} as a table`}</summary>
      <Table label={`The ${rangeTitles[asked.range]} in ${view.name}`} heads={heads} scrolls>
        {view.slots.toReversed().map((slot) => (
          <tr key={slot.startAt}>
            <td>
              <a href={hrefOf(slot.startAt)}>{nameOf(slot.startAt)}</a>
            </td>
            <td>{slot.granted.toLocaleString('en')}</td>
            {shares.map((share) => (
              <td key={share.hatch}>{refusedFor(share, slot).toLocaleString('en')}</td>
            ))}
            <td>{slot.peakCalls.toLocaleString('en')}</td>
          </tr>
        ))}
      </Table>
    </details>
  )
}
