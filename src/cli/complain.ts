import type { ArgsDef, CommandDef } from 'citty'
import leven from 'leven'

/** A repeatable argument has a name that shows it in the usage: `PATH...`. */
const isRepeated = (name: string) => name.endsWith('...')

/** Finds the first flaw of a command line before it runs: a misspelt option must not be ignored. */
export const complain = (command: CommandDef, rest: string[]): string | undefined => {
  if (command.subCommands) {
    const names = Object.keys(command.subCommands)
    return rest[0] === undefined
      ? `Which command? One of: ${names.join(', ')}.`
      : `There is no command ${rest[0]}.${nearest(rest[0], names)}`
  }
  const known = (command.args ?? {}) as ArgsDef
  const isPositional = (name: string) => known[name]?.type === 'positional'
  const places = Object.keys(known).filter(isPositional)
  const given = new Set<string>()
  for (let at = 0; at < rest.length; at++) {
    const word = rest[at] ?? ''
    const [, name, inlineValue] = /^--([\w-]+)(=.*)?$/s.exec(word) ?? []
    if (name === undefined) {
      const place = places[0]
      if (place === undefined || /^-./.test(word)) return `Unexpected argument: ${word}.`
      if (!isRepeated(place)) places.shift()
      given.add(place)
      continue
    }
    if (!Object.hasOwn(known, name) || isPositional(name)) {
      const options = Object.keys(known).filter((each) => !isPositional(each))
      return `There is no option --${name}.${nearest(name, options, '--')}`
    }
    given.add(name)
    if (known[name]?.type === 'boolean' || inlineValue !== undefined) continue
    at++
    if (at === rest.length) return `The option --${name} needs a value.`
  }
  const missing = Object.keys(known).find((name) => known[name]?.required && !given.has(name))
  if (missing === undefined) return undefined
  return isPositional(missing)
    ? `${missing.toUpperCase()} is required.`
    : `The option --${missing} is required.`
}

/** With more changed letters, a name is no likely misspelling. */
const changesMost = 3

const nearest = (word: string, names: string[], dashes = ''): string => {
  const near = names
    .map((name) => ({ name, changes: leven(word, name, { maxDistance: changesMost + 1 }) }))
    .filter(({ name, changes }) => changes <= changesMost && changes < name.length)
    .toSorted((one, other) => one.changes - other.changes)[0]
  return near ? ` Did you mean ${dashes}${near.name}?` : ''
}
