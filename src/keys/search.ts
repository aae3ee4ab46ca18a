import { prefix, tokenFlaw, tokenLength } from './token.ts'

/** A key that stands in a text, and the line where it begins. */
export interface Find {
  token: string
  line: number
}

const keyLike = new RegExp(`\\b${prefix}[0-9A-Za-z]{${tokenLength - prefix.length}}\\b`, 'g')

/**
 * Finds keys in a text of any length that comes in pieces, also one that is cut in two: by their form and their checksum,
 * so that what only looks like a key is passed over.
 */
export class KeySearch {
  /** What the last piece left: room for the beginning of a key, and the character before it. */
  #text = ''
  #from = 0
  #line = 1

  /** The keys that are whole with this piece, which is text, or bytes of an encoding that has ASCII in it. */
  take(piece: Uint8Array | string): Find[] {
    // A key is ASCII, and in every byte's own character nothing else can look like it.
    this.#text += typeof piece === 'string' ? piece : latin1(piece)
    // Of a key at the very end, it is not known yet whether it goes on.
    const finds = this.#search(this.#text.length - 1)
    const kept = Math.max(0, this.#text.length - tokenLength - 1)
    this.#line += linesIn(this.#text.slice(0, kept))
    this.#from = kept === 0 ? 0 : 1
    this.#text = this.#text.slice(kept)
    return finds
  }

  /** The key that the text ends with. */
  end(): Find[] {
    return this.#search(this.#text.length)
  }

  #search(endsBy: number): Find[] {
    if (!this.#text.includes(prefix)) return []
    return [...this.#text.matchAll(keyLike)]
      .filter(({ index, 0: token }) => index >= this.#from && index + token.length <= endsBy)
      .filter(({ 0: token }) => tokenFlaw(token) === undefined)
      .map(({ index, 0: token }) => ({ token, line: this.#line + linesIn(this.#text.slice(0, index)) }))
  }
}

const latin1 = (piece: Uint8Array) =>
  Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength).toString('latin1')

const linesIn = (text: string) => {
  let lines = 0
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lines++
  return lines
}
