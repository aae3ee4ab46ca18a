/**
 * Streams a text part by part, each made when the client has taken those before it. Other requests come in between, so a
 * part should take milliseconds.
 */
export const textStream = (parts: AsyncIterator<string>): ReadableStream<Uint8Array> => {
  const encoder = new TextEncoder()
  return new ReadableStream({
    pull: async (stream) => {
      await new Promise((turn) => setImmediate(turn))
      const { done, value } = await parts.next()
      if (done) stream.close()
      else stream.enqueue(encoder.encode(value))
    },
  })
}
