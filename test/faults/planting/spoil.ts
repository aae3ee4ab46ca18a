import type { Fault } from '../planted/fault.ts'
import type { Edit, Replacement } from './change.ts'
import { createFind } from './place.ts'

/** Gives the files that a fault changes as they are with it; throws where it has no place in them, or several. */
export const createSpoil = (files: ReadonlyMap<string, string>) => {
  const find = createFind(files)
  const changeOf = (edit: Edit) => {
    const place = find(edit)
    return { file: place.file, ...edit.change(place) }
  }

  return ({ title, edits }: Pick<Fault, 'title' | 'edits'>): Map<string, string> => {
    const changed = new Map<string, Replacement[]>()
    for (const edit of edits) {
      const { file, ...replacement } = failingAs(title, () => changeOf(edit))
      changed.set(file, [...(changed.get(file) ?? []), replacement])
    }
    return new Map([...changed].map(([file, own]) => [file, replaced(files.get(file)!, own)]))
  }
}

const failingAs = <T>(title: string, work: () => T): T => {
  try {
    return work()
  } catch (error) {
    throw new Error(`fault "${title}": ${(error as Error).message}`, { cause: error })
  }
}

/** From the end on, so that what is before keeps its place. */
const replaced = (text: string, replacements: readonly Replacement[]) => {
  let result = text
  for (const { start, end, put } of replacements.toSorted((a, b) => b.start - a.start))
    result = result.slice(0, start) + put + result.slice(end)
  return result
}
