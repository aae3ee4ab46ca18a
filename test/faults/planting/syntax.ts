import { parseSync } from 'oxc-parser'

/** A node of a syntax tree: ESTree, and what TypeScript adds to it. */
export interface Syntax {
  type: string
  start: number
  end: number
  readonly [field: string]: unknown
}

/** Throws where a text is no program. */
export const parse = (file: string, text: string): Syntax => {
  const { program, errors } = parseSync(file, text)
  if (errors[0]) throw new Error(`${file} cannot be parsed: ${errors[0].message}`)
  return program as unknown as Syntax
}

export const isSyntax = (value: unknown): value is Syntax =>
  typeof value === 'object' && value !== null && 'type' in value && 'start' in value

/** The children of a node: its lists, and single children as lists of one. */
export const listsIn = (node: Syntax): (readonly Syntax[])[] =>
  Object.values(node).flatMap((value) =>
    Array.isArray(value) ? [value.filter(isSyntax)] : isSyntax(value) ? [[value]] : [],
  )

/** A node and all below it. */
export const descendants = (node: Syntax): readonly Syntax[] => {
  const all = [node]
  for (const each of all) for (const list of listsIn(each)) all.push(...list)
  return all
}

/** The name of a declaration, a member or a property; undefined for all else. */
export const nameOf = ({ id, key }: Syntax): string | undefined => {
  const name = id ?? key
  if (!isSyntax(name)) return undefined
  return String(name.name ?? name.value)
}
