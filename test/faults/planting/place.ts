import type { Edit } from './change.ts'
import { type Found, matchList, readPattern } from './pattern.ts'
import { descendants, isSyntax, listsIn, nameOf, parse, type Syntax } from './syntax.ts'

/** The place of a change: a row of nodes, or a piece of text in one. */
export interface Place {
  file: string
  /** The whole text of the file. */
  text: string
  start: number
  end: number
  nodes: readonly Syntax[]
  found: Found
}

/** A node and those beside it. */
interface Seat {
  file: string
  list: readonly Syntax[]
  at: number
}

type Scope = Pick<Place, 'file' | 'start' | 'end'>

/** Finds the places of faults in the files of a program, each by its path. */
export const createFind = (files: ReadonlyMap<string, string>) => {
  const declared = new Map<string, { file: string; node: Syntax }[]>()
  const seats = new Map<string, Seat[]>()

  const seat = (file: string, list: readonly Syntax[]) => {
    for (const [at, node] of list.entries()) {
      add(seats, node.type, { file, list, at })
      for (const inner of listsIn(node)) seat(file, inner)
    }
  }
  for (const [file, text] of files) {
    const program = parse(file, text)
    seat(file, [program])
    for (const statement of program.body as Syntax[])
      for (const node of topLevel(statement)) add(declared, nameOf(node) ?? '', { file, node })
  }

  /** `name` is declared at the top of any file; `name.inner` is anything called so within it. */
  const scopesOf = (anchor: string): Scope[] => {
    const [name = '', ...inner] = anchor.split('.')
    let named = declared.get(name) ?? []
    for (const each of inner)
      named = named.flatMap(({ file, node }) =>
        descendants(node)
          .filter((below) => below !== node && nameOf(below) === each)
          .map((below) => ({ file, node: below })),
      )
    if (named.length === 0) throw new Error(`nothing is called ${anchor}`)
    return named.map(({ file, node: { start, end } }) => ({ file, start, end }))
  }

  const within = (scopes: readonly Scope[] | undefined, types: readonly string[]) =>
    types
      .flatMap((type) => seats.get(type) ?? [])
      .filter(({ file, list, at }) => {
        const { start, end } = list[at]!
        return (
          scopes?.some((scope) => scope.file === file && scope.start <= start && end <= scope.end) ?? true
        )
      })

  const byCode = (pattern: string, scopes: readonly Scope[] | undefined): Place[] => {
    const wanted = readPattern(pattern)
    return within(scopes, [wanted[0]!.type]).flatMap(({ file, list, at }) => {
      const nodes = list.slice(at, at + wanted.length)
      const found = matchList(wanted, nodes)
      if (!found) return []
      return [{ file, text: files.get(file)!, start: nodes[0]!.start, end: nodes.at(-1)!.end, nodes, found }]
    })
  }

  const byText = (wanted: RegExp, scopes: readonly Scope[] | undefined): Place[] =>
    within(scopes, ['Literal', 'TemplateElement', 'JSXText']).flatMap(({ file, list, at }) => {
      const { start, end } = list[at]!
      const text = files.get(file)!
      return [...text.slice(start, end).matchAll(new RegExp(wanted, 'g'))].map((match) => {
        const from = start + match.index
        return { file, text, start: from, end: from + match[0].length, nodes: [], found: new Map() }
      })
    })

  /** Throws where there is none, or more than one. */
  return ({ anchor, pattern }: Pick<Edit, 'anchor' | 'pattern'>): Place => {
    const scopes = anchor === undefined ? undefined : scopesOf(anchor)
    const places = typeof pattern === 'string' ? byCode(pattern, scopes) : byText(pattern, scopes)
    const [place] = places
    if (place && places.length === 1) return place
    const where = anchor === undefined ? '' : ` within ${anchor}`
    throw new Error(
      `${places.length === 0 ? 'no place' : `${places.length} places`} found for ${pattern}${where}`,
    )
  }
}

/** The declarations of a statement at the top of a file. */
const topLevel = (statement: Syntax): readonly Syntax[] => {
  const { declarations, declaration } = statement
  if (Array.isArray(declarations)) return declarations
  return isSyntax(declaration) ? topLevel(declaration) : [statement]
}

const add = <T>(lists: Map<string, T[]>, name: string, item: T) => {
  const list = lists.get(name)
  if (list) list.push(item)
  else lists.set(name, [item])
}
