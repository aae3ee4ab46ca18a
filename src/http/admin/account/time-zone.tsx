import type { Person } from '../../../people/person.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import { Form, SelectField } from '../../page/form.tsx'

interface TimeZoneProps {
  /** The zone of the account; null for the browser's. */
  own: Person['timeZone']
  /** The zone in which this page shows times. */
  current: string
  error?: FieldProblem | undefined
}

export const TimeZoneForm = ({ own, current, error }: TimeZoneProps) => (
  <article aria-labelledby="time-zone">
    <h2 id="time-zone">Time zone</h2>
    <p>{`Times are shown in ${current}. Hover over a time to see it in UTC. Exports are in UTC.`}</p>
    <Form action="/admin/account/time-zone" error={error}>
      <SelectField name="time_zone" label="Show times in">
        <option value="">The time zone of my browser</option>
        {['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')].map((zone) => (
          <option key={zone} selected={zone === own}>
            {zone}
          </option>
        ))}
      </SelectField>
      <button type="submit" class="secondary">
        Save time zone
      </button>
    </Form>
  </article>
)
