import type { Call } from '../../../calls/call.ts'
import type { TranscriptLine } from '../../../calls/call-details.ts'

/** What fits on a page that opens at once; the rest is a click away. */
const transcriptShown = 12_000
const jsonShown = 6000

interface ConversationProps {
  call: Call
  /** Leaves nothing out, however long it is. */
  whole: boolean
}

/** What was said, and what the call was given to know. */
export const Conversation = ({ call, whole }: ConversationProps) => {
  const metadata = call.metadata === null ? null : JSON.stringify(call.metadata, null, 2)
  const shown = whole ? Number.POSITIVE_INFINITY : transcriptShown
  const lines = firstLines(call.transcript ?? [], shown)
  const jsonLength = whole ? Number.POSITIVE_INFINITY : jsonShown
  const analysis = call.analysis === null ? null : JSON.stringify(call.analysis, null, 2)
  const isCut =
    lines.length < (call.transcript ?? []).length ||
    [metadata, analysis].some((json) => (json?.length ?? 0) > jsonLength)
  return (
    <>
      {call.summary !== null && (
        <>
          <h2>Summary</h2>
          <p class="said">{call.summary}</p>
        </>
      )}
      {call.transcript !== null && (
        <>
          <h2>Transcript</h2>
          <Transcript lines={lines} />
        </>
      )}
      <Json title="Analysis" json={analysis} length={jsonLength} />
      <Json title="Metadata" json={metadata} length={jsonLength} />
      {isCut && (
        <p>
          That is not all.{' '}
          <a href={`/admin/agencies/${call.agencyId}/calls/${call.id}?whole`}>Show everything</a>
        </p>
      )}
    </>
  )
}

const Json = ({ title, json, length }: { title: string; json: string | null; length: number }) =>
  json === null ? null : (
    <>
      <h2>{title}</h2>
      <pre role="region" aria-label={title} tabIndex={0}>
        <code>{json.slice(0, length)}</code>
      </pre>
    </>
  )

const speakers = { agent: 'Agent', human: 'Person' } as const

const Transcript = ({ lines }: { lines: TranscriptLine[] }) => (
  <dl class="transcript">
    {lines.map(({ role, content }, at) => (
      <div key={at} class={role}>
        <dt>{speakers[role]}</dt>
        <dd class="said">{content}</dd>
      </div>
    ))}
  </dl>
)

/** The lines that fit into so many characters, each counted with some for its frame, and always the first. */
const firstLines = (lines: TranscriptLine[], characters: number) => {
  let length = 0
  return lines.filter(({ content }, at) => (length += content.length + 80) <= characters || at === 0)
}
