import type { Call, TranscriptLine } from '../../../calls/call.ts'

/** The text that the page shows at first; the rest is a click away. */
const transcriptShown = 12_000
const metadataShown = 6000

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
  const metadataLength = whole ? metadata?.length : metadataShown
  const isCut =
    lines.length < (call.transcript ?? []).length || (metadata?.length ?? 0) > (metadataLength ?? 0)
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
      {metadata !== null && (
        <>
          <h2>Metadata</h2>
          <pre role="region" aria-label="Metadata" tabIndex={0}>
            <code>{metadata.slice(0, metadataLength)}</code>
          </pre>
        </>
      )}
      {isCut && (
        <p>
          This is only part of it.{' '}
          <a href={`/admin/agencies/${call.agencyId}/calls/${call.id}?whole`}>Show everything</a>
        </p>
      )}
    </>
  )
}

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
