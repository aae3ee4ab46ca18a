import { isSyntax, parse, type Syntax } from './syntax.ts'

/** The nodes that match the named holes of a pattern. */
export type Found = ReadonlyMap<string, readonly Syntax[]>

/**
 * Reads a pattern: code in which `_` stands for anything, `__` for any number of things in a list, `$name` and `$$name` for
 * the same by a name. `f()` is that expression, `f();` that statement, `a; b` those in a row, and `name: value` a property.
 */
export const readPattern = (text: string): readonly Syntax[] => {
  const [wrapper] = parse('pattern.tsx', `async function pattern() {${text}\n}`).body as Syntax[]
  const statements = (wrapper!.body as Syntax).body as Syntax[]
  const [first] = statements
  if (!first) throw new Error('a pattern is empty')
  if (statements.length > 1) return statements
  if (first.type === 'LabeledStatement')
    return [
      { ...position(first), type: 'Property', key: first.label, value: expressionOf(first.body as Syntax) },
    ]
  return first.type === 'ExpressionStatement' && !text.endsWith(';')
    ? [bare(expressionOf(first))]
    : statements
}

const position = ({ start, end }: Syntax) => ({ start, end })
const expressionOf = (statement: Syntax) => statement.expression as Syntax

/** Matches a row of nodes against a pattern; returns the nodes of its named holes, undefined without a match. */
export const matchList = (
  patterns: readonly unknown[],
  nodes: readonly unknown[],
  found: Found = new Map(),
): Found | undefined => {
  const [pattern, ...others] = patterns
  if (pattern === undefined) return nodes.length === 0 ? found : undefined
  const many = holeIn(pattern, /^(__|\$\$\w+)$/)
  if (many === undefined) {
    const head = nodes.length === 0 ? undefined : matchField(pattern, nodes[0], found)
    return head && matchList(others, nodes.slice(1), head)
  }
  for (let count = 0; count <= nodes.length; count++) {
    const head = keep(found, many, nodes.slice(0, count))
    const tail = head && matchList(others, nodes.slice(count), head)
    if (tail) return tail
  }
  return undefined
}

const matchNode = (given: Syntax, node: Syntax, found: Found): Found | undefined => {
  const one = holeIn(given, /^(_|\$\w+)$/)
  if (one !== undefined) return keep(found, one, [node])
  const pattern = bare(given)
  let inner: Syntax | undefined = node
  while (inner && inner.type !== pattern.type) inner = within(inner)
  if (!inner) return undefined
  let known: Found | undefined = found
  for (const [field, value] of Object.entries(pattern))
    if (known && says(field, value)) known = matchField(value, inner[field], known)
  return known
}

const matchField = (pattern: unknown, value: unknown, found: Found): Found | undefined => {
  if (Array.isArray(pattern)) return Array.isArray(value) ? matchList(pattern, value, found) : undefined
  if (isSyntax(pattern)) return isSyntax(value) ? matchNode(pattern, value, found) : undefined
  return Bun.deepEquals(pattern ?? null, value ?? null) ? found : undefined
}

/** Places and types say nothing, nor does how a thing is declared or called: a `const`, a getter, an async function. */
const unsaid =
  /^(start|end|raw|kind|directive|decorators|accessibility|returnType|type(Annotation|Arguments|Parameters))$/
const says = (field: string, value: unknown) =>
  !unsaid.test(field) && (typeof value !== 'boolean' || field === 'value' || field === 'computed')

/** A node without wrappers that do not change its meaning here: `await`, `yield*`, types, brackets. */
const within = ({ type, argument, delegate, expression, body }: Syntax): Syntax | undefined => {
  if (type === 'AwaitExpression' || (type === 'YieldExpression' && delegate === true))
    return argument as Syntax
  if (/^(Parenthesized|Chain|TSAs|TSNonNull|TSSatisfies)Expression$/.test(type)) return expression as Syntax
  const statements = type === 'BlockStatement' ? (body as Syntax[]) : []
  return statements.length === 1 ? statements[0] : undefined
}

const bare = (pattern: Syntax): Syntax =>
  /^(Parenthesized|Chain)Expression$/.test(pattern.type) ? bare(expressionOf(pattern)) : pattern

/** The name of the hole that a pattern is: alone, as a statement, or as a property without a value. */
const holeIn = (pattern: unknown, names: RegExp): string | undefined => {
  if (!isSyntax(pattern)) return undefined
  const { type, name, expression, shorthand, key } = pattern
  if (type === 'Identifier') return names.test(String(name)) ? String(name) : undefined
  if (type === 'ExpressionStatement') return holeIn(expression, names)
  return shorthand === true ? holeIn(key, names) : undefined
}

/** A named hole that occurs twice must match the same code both times. */
const keep = (found: Found, name: string, nodes: readonly unknown[]): Found | undefined => {
  if (!name.startsWith('$')) return found
  const known = found.get(name)
  if (known) return matchList(known, nodes, found)
  return new Map(found).set(name, nodes.filter(isSyntax))
}
