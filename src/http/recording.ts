import type { Recording } from '../calls/recording.ts'

/** Passes a recording on as it comes. A HEAD gets what is said of it. */
export const answerRecording = ({ method }: Request, { body, headers, status }: Recording) => {
  const isHead = method === 'HEAD'
  if (isHead) void body.cancel()
  const passedOn = isHead ? null : withoutReason(body)
  return new Response(passedOn, { status, headers: { ...headers, 'cache-control': 'no-store' } })
}

/** The same body, which breaks off without the reason: Bun would print that, with a stack, and not as a line of the log. */
const withoutReason = (body: ReadableStream<Uint8Array>) => {
  const reader = body.getReader()
  return new ReadableStream<Uint8Array>(
    {
      pull: async (stream) => {
        const read = await reader.read().catch(() => undefined)
        if (!read) stream.error()
        else if (read.done) stream.close()
        else stream.enqueue(read.value)
      },
      cancel: () => reader.cancel(),
    },
    { highWaterMark: 0 },
  )
}
