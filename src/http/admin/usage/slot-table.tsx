import type { EnvironmentName } from '../../../agencies/environment.ts'
import { refusalsByCode, type Slot } from '../../../usage/series.ts'
import { reasonInWords } from './reasons.ts'
import { refusedFor, type Share } from './shares.ts'
import { Table } from '../../page/table.tsx'

interface SlotTableProps {
  summary: string
  label: string
  unit: string
  slots: Slot[]
  shares: Share[]
  nameOf: (startAt: number) => string
}

/** The numbers of a chart, with the same shares. */
export const SlotTable = ({ summary, label, unit, slots, shares, nameOf }: SlotTableProps) => (
  <details>
    <summary>{summary}</summary>
    <div class="table slots" role="region" aria-label={label} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{unit}</th>
            <th scope="col">Allowed</th>
            {shares.map(({ hatch, reason }) => (
              <th key={hatch} scope="col">{`Rejected: ${reason}`}</th>
            ))}
            <th scope="col">Concurrent calls</th>
          </tr>
        </thead>
        <tbody>
          {slots.map((slot) => (
            <tr key={slot.startAt}>
              <td>{nameOf(slot.startAt)}</td>
              <td>{slot.granted.toLocaleString('en')}</td>
              {shares.map((share) => (
                <td key={share.hatch}>{refusedFor(share, slot).toLocaleString('en')}</td>
              ))}
              <td>{slot.peakCalls.toLocaleString('en')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  </details>
)

interface ReasonTableProps {
  name: EnvironmentName
  minutes: Slot[]
  hours: Slot[]
}

/** Each reason separately, including the rare ones that the charts combine. */
export const ReasonTable = ({ name, minutes, hours }: ReasonTableProps) => {
  const ofHour = refusalsByCode(minutes)
  const ofDays = refusalsByCode(hours)
  return ofDays.size === 0 ? null : (
    <details>
      <summary>All rejection reasons as a table</summary>
      <Table label={`Rejected by reason in ${name}`} heads={['Reason', 'Last hour', 'Last 30 days']}>
        {[...ofDays].map(([code, count]) => (
          <tr key={code}>
            <td>{reasonInWords(code)}</td>
            <td>{(ofHour.get(code) ?? 0).toLocaleString('en')}</td>
            <td>{count.toLocaleString('en')}</td>
          </tr>
        ))}
      </Table>
    </details>
  )
}
