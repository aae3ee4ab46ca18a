import type { Place } from './place.ts'
import type { Syntax } from './syntax.ts'

/** A piece of a file, and what is to stand there. */
export interface Replacement {
  start: number
  end: number
  put: string
}

/** The replacement for a place: for the part that its pattern calls `$here`, or else for all of it. */
export type Change = (place: Place) => Replacement

export interface Edit {
  /** The enclosing declaration: a name at the top of a file, and after a dot a name within it. Undefined: anywhere. */
  anchor?: string
  /** Code with holes (`readPattern`), or what is written in a text. There has to be just one. */
  pattern: string | RegExp
  change: Change
}

export const within =
  (anchor: string) =>
  (pattern: Edit['pattern'], change: Change): Edit => ({ anchor, pattern, change })

export const anywhere = (pattern: Edit['pattern'], change: Change): Edit => ({ pattern, change })

/** Takes it out, and where it was in a list a comma with it. */
export const drop: Change = (place) => {
  const { start, end } = here(place)
  const [after] = /^\s*,/.exec(place.text.slice(end)) ?? ['']
  const [before] = after === '' ? (/,\s*$/.exec(place.text.slice(0, start)) ?? ['']) : ['']
  return { start: start - before.length, end: end + after.length, put: '' }
}

/** Other code in its place, with what the pattern named where it says the same names, and `$here` for itself. */
export const put =
  (code: string): Change =>
  (place) => ({ ...here(place), put: filled(code, place) })

export const before = (code: string): Change => put(`${code}\n$here`)
export const after = (code: string): Change => put(`$here\n${code}`)

/** The same operands with another operator between them. */
export const operator =
  (other: string): Change =>
  (place) => {
    const { left, right, operator: old } = place.found.get('$here')?.[0] ?? place.nodes[0]!
    const [start, end] = [(left as Syntax).end, (right as Syntax).start]
    return { start, end, put: place.text.slice(start, end).replace(String(old), other) }
  }

const here = ({ found, start, end }: Place) => spanOf(found.get('$here')) ?? { start, end }

const spanOf = (nodes: readonly Syntax[] | undefined) =>
  nodes && { start: nodes[0]?.start ?? 0, end: nodes.at(-1)?.end ?? 0 }

const filled = (code: string, place: Place) =>
  code.replaceAll(/\$\$?[a-z]\w*/g, (name) => {
    const span = name === '$here' ? here(place) : spanOf(place.found.get(name))
    if (!span) throw new Error(`the pattern has nothing called ${name}`)
    return place.text.slice(span.start, span.end)
  })
