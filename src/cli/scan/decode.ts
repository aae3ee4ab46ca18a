/** Detects binary files as git and grep do: by a zero byte near the start. */
const lookedAtBytes = 8000

type Encoding = 'bytes' | 'utf-16le' | 'utf-16be' | 'binary'

interface Piece {
  encoding: Encoding
  piece: Uint8Array | string
}

/** Passes a stream on; UTF-16, detected by its first bytes, becomes text. */
export async function* decode(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let take: ((bytes: Uint8Array) => Piece) | undefined
  let head: Uint8Array = new Uint8Array()
  for await (const bytes of stream) {
    if (take) yield take(bytes)
    else head = Buffer.concat([head, bytes])
    if (take || head.length < lookedAtBytes) continue
    take = decoder(encodingOf(head.subarray(0, lookedAtBytes)))
    yield take(head)
  }
  if (!take) yield decoder(encodingOf(head))(head)
}

const decoder = (encoding: Encoding) => {
  if (encoding === 'bytes' || encoding === 'binary')
    return (piece: Uint8Array): Piece => ({ encoding, piece })
  const text = new TextDecoder(encoding)
  return (bytes: Uint8Array): Piece => ({ encoding, piece: text.decode(bytes, { stream: true }) })
}

/**
 * UTF-16 starts with its byte order mark, or has zeros in every other byte only, and there almost always in Western
 * text.
 */
const encodingOf = (head: Uint8Array): Encoding => {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le'
  if (head[0] === 0xfe && head[1] === 0xff) return 'utf-16be'
  const zeros = (parity: number) => head.filter((byte, at) => byte === 0 && at % 2 === parity).length
  const [even, odd] = [zeros(0), zeros(1)]
  if (even + odd === 0) return 'bytes'
  const many = head.length / 4
  if (even === 0 && odd >= many) return 'utf-16le'
  return odd === 0 && even >= many ? 'utf-16be' : 'binary'
}
