/** An entry of a do-not-call list. The gate keeps no number: an entry is found by a keyed hash of it. */
export interface Entry {
  /** The hash, in hexadecimal. */
  id: string
  /** The country code and the last two digits. */
  hint: string
  /** How it came here: `manual`, `import`, `provider`, or a word of whoever added it. */
  source: string
  reason: string | null
  /** Wall-clock milliseconds, as all `…At`. */
  addedAt: number
  /** From then on it has no effect; null: never. */
  expiresAt: number | null
}

/** An entry to be. */
export interface NewEntry extends Pick<Entry, 'source' | 'reason' | 'addedAt' | 'expiresAt'> {
  phoneNumber: string
}

/** The agency whose list it is; null for the list of the whole gate, which every agency's calls are held against. */
export type ListOwner = string | null

/** A place in a list, newest first. */
export type Position = Pick<Entry, 'addedAt' | 'id'>

export interface PageOfEntries {
  /** Only entries after this one. */
  after?: Position | undefined
  limit: number
}
