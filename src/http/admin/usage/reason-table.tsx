import type { EnvironmentName } from '../../../agencies/environment.ts'
import { refusalsByCode, type Slot } from '../../../usage/series.ts'
import { reasonInWords } from './reasons.ts'
import { Table } from '../../page/table.tsx'

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
