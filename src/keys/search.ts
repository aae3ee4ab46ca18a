import { holdsPrefix, tokenFlaw, tokenKinds } from './token.ts'

/** A token in a text, and the line where it starts. */
export interface Find {
  token: string
  line: number
}

const longest = Math.max(...tokenKinds.map(({ length }) => length))
const patterns = tokenKinds.map((kind) => ({
  kind,
  pattern: new RegExp(`\\b${kind.prefix}[0-9A-Za-z]{${kind.length - kind.prefix.length}}\\b`, 'g'),
}))

/**
 * Finds tokens in a text that comes in pieces, including tokens cut in two. Form and checksum must be right, so
 * look-alikes are ignored.
 */
export class KeySearch {
  /** The end of the last piece: room for the start of a token, and the character before it. */
  #text = ''
  /** The position after the last token found. */
  #from = 0
  #line = 1

  /** The tokens completed by this piece, which is text, or bytes in an encoding that includes ASCII. */
  take(piece: Uint8Array | string): Find[] {
    // Decoding each byte as a character of its own keeps ASCII tokens, and nothing else can look like one.
    this.#text += typeof piece === 'string' ? piece : latin1(piece)
    // A token at the very end may go on in the next piece.
    const finds = this.#search(this.#text.length - 1)
    const kept = Math.max(0, this.#text.length - longest - 1)
    this.#line += linesIn(this.#text.slice(0, kept))
    this.#from = Math.max(kept === 0 ? 0 : 1, this.#from - kept)
    this.#text = this.#text.slice(kept)
    return finds
  }

  /** The token at the end of the text. */
  end(): Find[] {
    return this.#search(this.#text.length)
  }

  #search(endsBy: number): Find[] {
    if (!holdsPrefix(this.#text)) return []
    const found = patterns
      .flatMap(({ kind, pattern }) => [...this.#text.matchAll(pattern)].map((match) => ({ kind, match })))
      .map(({ kind, match: { index, 0: token } }) => ({ kind, index, token }))
      .filter(({ index, token }) => index >= this.#from && index + token.length <= endsBy)
      .filter(({ token, kind }) => tokenFlaw(token, kind) === undefined)
      .toSorted((one, other) => one.index - other.index)
    const last = found.at(-1)
    if (last) this.#from = last.index + last.token.length
    return found.map(({ index, token }) => ({
      token,
      line: this.#line + linesIn(this.#text.slice(0, index)),
    }))
  }
}

const latin1 = (piece: Uint8Array) =>
  Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1')

const linesIn = (text: string) => {
  let lines = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
