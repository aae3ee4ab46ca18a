import type { Call } from '../../../calls/call.ts'
import { CodeBlock } from '../../page/copyable.tsx'
import type { TranscriptLine } from '../../../calls/call-details.ts'

/** The text that the page shows at first; the rest is a click away. */
const transcriptShown = 12_000
const jsonShown = 6000

interface ConversationProps {
  call: Call
  /** Shows the whole transcript. */
  whole: boolean
}

/** The transcript, and the metadata of the call. */
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
          This is only part of it.{' '}
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
      <CodeBlock label={title}>{json.slice(0, length)}</CodeBlock>
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

/** The lines that fit into `most` characters, each with an allowance for its markup, and always the first one. */
const firstLines = (lines: TranscriptLine[], characters: number) => {
  let length = 0
  return lines.filter(({ content }, at) => (length += content.length + 80) <= characters || at === 0)
}
