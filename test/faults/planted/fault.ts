import type { Edit } from '../planting/change.ts'

/** A way in which the program could be wrong without looking it. */
export interface Fault {
  /** The wrong behaviour, as a sentence. */
  title: string
  edits: readonly Edit[]
  /** The tests that have to notice: `window` stands for every window.test.ts, wherever it is. */
  noticedBy: readonly string[]
}
