import type { Measure, Summary } from '../../../usage/summary.ts'
import { Sparkline } from '../../page/chart/sparkline.tsx'

/** The cost of a day in a currency's hundredths. */
export interface Spending {
  currency: string
  measure: Measure
}

interface TilesProps {
  summary: Summary
  spending: Spending[]
  /** Calls in progress; of one agency, with the slots that it has. Their week is known of all agencies only. */
  calls: { now: number; slots: number | undefined; peaks?: Measure }
  /** The page of an agency's usage and calls; undefined for all agencies. */
  home: string | undefined
}

const whole = (amount: number) => amount.toLocaleString('en')
const percent = (amount: number | null) => (amount === null ? '–' : `${amount} %`)
const minutes = (amount: number) => `${whole(amount)} min`

/** Today against a week ago, each with its week as a small picture. */
export const Tiles = ({ summary, spending, calls, home }: TilesProps) => (
  <section aria-labelledby="today-title">
    <h2 id="today-title">Today</h2>
    <ul class="tiles">
      <Tile title="Calls" measure={summary.calls} inWords={whole} href={home && `${home}/calls`} />
      <Tile title="Answered" measure={summary.answerRate} inWords={percent} />
      <Tile title="Talk time" measure={summary.minutes} inWords={minutes} />
      {spending.map(({ currency, measure }) => (
        <Tile
          key={currency}
          title={`Spend in ${currency}`}
          measure={measure}
          inWords={(cents) =>
            (cents / 100).toLocaleString('en', { style: 'currency', currency, currencyDisplay: 'code' })
          }
        />
      ))}
      <Tile
        title="Requests allowed"
        measure={summary.allowed}
        inWords={whole}
        href={home && `${home}/usage?range=day`}
      />
      <Tile
        title="Requests limited"
        measure={summary.limited}
        inWords={whole}
        href={home && `${home}/usage?range=day`}
      />
      <Tile title="Rejected for other reasons" measure={summary.rejected} inWords={whole} />
      <li>
        <span>Calls in progress</span>
        <strong>
          {calls.slots === undefined ? whole(calls.now) : `${whole(calls.now)} of ${whole(calls.slots)}`}
        </strong>
        {calls.peaks ? (
          <>
            <small>{`At most ${whole(calls.peaks.today)} at once today, ${whole(calls.peaks.weekAgo)} by this time last week`}</small>
            <Week title="Most calls in progress at once" week={calls.peaks.week} inWords={whole} />
          </>
        ) : (
          <small>now</small>
        )}
      </li>
    </ul>
  </section>
)

interface TileProps<Amount> {
  title: string
  measure: Measure<Amount>
  inWords: (amount: Amount) => string
  href?: string | undefined
}

const Tile = <Amount extends number | null>({
  title,
  measure: { today, weekAgo, week },
  inWords,
  href,
}: TileProps<Amount>) => (
  <li>
    <span>{href === undefined ? title : <a href={href}>{title}</a>}</span>
    <strong>{inWords(today)}</strong>
    <small>{`${inWords(weekAgo)} by this time last week`}</small>
    <Week title={title} week={week} inWords={inWords} />
  </li>
)

interface WeekProps<Amount> {
  title: string
  week: Amount[]
  inWords: (amount: Amount) => string
}

const Week = <Amount extends number | null>({ title, week, inWords }: WeekProps<Amount>) => (
  <Sparkline
    label={`${title}, last 7 days: ${week.map(inWords).join(', ')}`}
    amounts={week.map((amount) => amount ?? 0)}
  />
)
