import { holdsPrefix, tokenFlaw, tokenKinds } from './token.ts'

/** A token that stands in a text, and the line where it begins. */
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
 * Finds tokens in a text of any length that comes in pieces, also one that is cut in two: by their form and their checksum,
 * so that what only looks like a key is passed over.
 */
export class KeySearch {
  /** What the last piece left: room for the beginning of a token, and the character before it. */
  #text = ''
  /** Where the next token may begin: behind the last one that was found. */
  #from = 0
  #line = 1

  /** The tokens that are whole with this piece, which is text, or bytes of an encoding that has ASCII in it. */
  take(piece: Uint8Array | string): Find[] {
    // A token is ASCII, and in every byte's own character nothing else can look like it.
    this.#text += typeof piece === 'string' ? piece : latin1(piece)
    // Of a token at the very end, it is not known yet whether it goes on.
    const finds = this.#search(this.#text.length - 1)
    const kept = Math.max(0, this.#text.length - longest - 1)
    this.#line += linesIn(this.#text.slice(0, kept))
    this.#from = Math.max(kept === 0 ? 0 : 1, this.#from - kept)
    this.#text = this.#text.slice(kept)
    return finds
  }

  /** The token that the text ends with. */
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
