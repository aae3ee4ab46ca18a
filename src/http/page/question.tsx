import type { ComponentChildren } from 'preact'
import { InTime } from './time.tsx'

interface QuestionProps {
  title: string
  /** What the form ends, as its operation says it. The form carries it, so that nobody agrees to something else. */
  ends: string
  /** How much of it there is now. */
  impact?: string | undefined
  action: string
  fields?: Readonly<Record<string, string>>
  button: string
  /** The way back. */
  keep: { href: string; label: string }
  /** What else helps to decide. */
  children?: ComponentChildren
}

/** Asks before something ends. The only red button is here. */
export const Question = ({
  title,
  ends,
  impact,
  action,
  fields = {},
  button,
  keep,
  children,
}: QuestionProps) => (
  <article class="question" aria-labelledby="question">
    <h1 id="question">{title}</h1>
    <p class="notice error">
      <InTime>{ends}</InTime>
      {impact !== undefined && <strong>{` ${impact}`}</strong>}
    </p>
    {children}
    <form method="post" action={action} class="row start">
      {Object.entries({ ...fields, agreed: ends }).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value} data-secret />
      ))}
      <button type="submit" class="danger inline">
        {button}
      </button>
      <a href={keep.href}>{keep.label}</a>
    </form>
  </article>
)
