import type { Alarm } from '../../../alarms/alarm.ts'
import { environmentTitles } from '../../page/words.tsx'
import { cureOf } from './cures.ts'

const levels = { error: 'Urgent', warning: 'Check' } as const

/** What is wrong, the worst first, each with the way to its cure. */
export const AlarmList = ({ alarms, isOfOneAgency }: { alarms: Alarm[]; isOfOneAgency: boolean }) => (
  <section id="alarms" aria-labelledby="alarms-title">
    <h2 id="alarms-title">Needs attention</h2>
    {alarms.length === 0 ? (
      <p class="empty">Nothing needs attention.</p>
    ) : (
      <ul class="alarms">
        {alarms.map((alarm) => {
          const { level, place, says } = alarm
          const { href, label } = cureOf(alarm)
          return (
            <li key={`${alarm.kind} ${place?.agencyId} ${place?.environment} ${says}`} class={level}>
              <span class={`tag ${level}`}>{levels[level]}</span>
              <p>
                {place && (
                  <>
                    <strong>
                      {isOfOneAgency
                        ? environmentTitles[place.environment]
                        : `${place.agencyName}, ${place.environment}`}
                    </strong>
                    {': '}
                  </>
                )}
                {says}
              </p>
              <a href={href}>{label}</a>
            </li>
          )
        })}
      </ul>
    )}
  </section>
)
