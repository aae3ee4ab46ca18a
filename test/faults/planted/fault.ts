/** In a file, an exact text that is there once, and what is to stand in its place. */
type Edit = readonly [file: string, find: string, put: string]

/** A way in which the program could be wrong without looking it. */
export interface Fault {
  /** What is wrong then, as a sentence. */
  title: string
  edits: readonly Edit[]
  /** The test files that have to notice. */
  noticedBy: readonly string[]
}
