import { expect, test } from 'bun:test'
import { createSpoil } from '../planting/spoil.ts'
import { descendants, listsIn, parse, type Syntax } from '../planting/syntax.ts'
import { everyTest, readSource, testsFor } from '../planting/tree.ts'
import { faults } from './index.ts'

const source = readSource()
const tests = everyTest()
const spoil = createSpoil(source)

const timeoutMs = 30_000

/** The message of the error that `work` throws; empty without one. */
const complaints = (work: () => unknown): string[] => {
  try {
    work()
    return []
  } catch (error) {
    return [(error as Error).message]
  }
}

test(
  'every planted fault has just one place in the source, and tests that are to notice it',
  () => {
    const said = faults.flatMap((fault) => [
      ...complaints(() => spoil(fault)),
      ...complaints(() => testsFor(fault, tests)),
    ])
    expect(said).toEqual([])
  },
  timeoutMs,
)

test(
  'with a fault, the source is another program, and names nothing that is not there',
  () => {
    const sound = new Map([...source].map(([file, text]) => [file, namesIn(file, text)]))
    // The last is Preact’s.
    const members = new Set([...sound.values()].flatMap((names) => [...names.members])).add('__html')
    const said = faults.flatMap((fault) =>
      [...spoil(fault)].flatMap(([file, text]) => {
        if (text === source.get(file)) return [`${fault.title}: ${file} is as it was`]
        const spoilt = namesIn(file, text)
        const known = sound.get(file)!.free.union(spoilt.declared).union(globals)
        const unknown = [...spoilt.free.difference(known), ...spoilt.members.difference(members)]
        return unknown.map((name) => `${fault.title}: nothing is called ${name}`)
      }),
    )
    expect(said).toEqual([])
  },
  timeoutMs,
)

const globals = new Set(Object.getOwnPropertyNames(globalThis))

/** The names in a file: of members, of all else, and of what it declares. */
const namesIn = (file: string, text: string) => {
  const names = { members: new Set<string>(), free: new Set<string>(), declared: new Set<string>() }
  for (const parent of descendants(parse(file, text)))
    for (const child of listsIn(parent).flat()) {
      if (child.type !== 'Identifier') continue
      names[isMember(child, parent) ? 'members' : 'free'].add(String(child.name))
      if (parent.type === 'VariableDeclarator' && child === parent.id) names.declared.add(String(child.name))
    }
  return names
}

const isMember = (name: Syntax, { type, property, key, computed }: Syntax) =>
  /^(MemberExpression|Property)$/.test(type) && computed !== true && (name === property || name === key)
