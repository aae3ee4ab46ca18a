import type { Recording } from '../calls/recording.ts'

/** Passes a recording on as it comes. A HEAD gets what is said of it. */
export const answerRecording = ({ method }: Request, { body, headers, status }: Recording) => {
  const isHead = method === 'HEAD'
  if (isHead) void body.cancel()
  return new Response(isHead ? null : body, { status, headers: { ...headers, 'cache-control': 'no-store' } })
}
