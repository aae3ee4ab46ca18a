import { readFileSync } from 'node:fs'

/** A macro: runs when the importing file is compiled, so that the executable holds the example's text. */
export const readExample = (name: string): string =>
  readFileSync(`${import.meta.dir}/examples/${name}`, 'utf8').trimEnd()
