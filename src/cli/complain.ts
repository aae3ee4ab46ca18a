import type { ArgsDef, CommandDef } from 'citty'

/** A place that takes words without end is named so that its usage shows it: `PATH...`. */
const isRepeated = (name: string) => name.endsWith('...')

/** What is wrong with a command line before it runs: a misspelt option must not be passed over in silence. */
export const complain = (command: CommandDef, rest: string[]): string | undefined => {
  if (command.subCommands) return rest.length > 0 ? `There is no such command: ${rest[0]}` : 'Which command?'
  const known = (command.args ?? {}) as ArgsDef
  const isPositional = (name: string) => known[name]?.type === 'positional'
  const places = Object.keys(known).filter(isPositional)
  const given = new Set<string>()
  for (let at = 0; at < rest.length; at++) {
    const [, name, inlineValue] = /^--([\w-]+)(=.*)?$/s.exec(rest[at] ?? '') ?? []
    if (name === undefined) {
      const place = places[0]
      if (place === undefined || /^-./.test(rest[at] ?? '')) return 'There is a word too many.'
      if (!isRepeated(place)) places.shift()
      given.add(place)
      continue
    }
    if (!Object.hasOwn(known, name) || isPositional(name))
      return `This command does not take the option --${name}.`
    given.add(name)
    if (known[name]?.type === 'boolean' || inlineValue !== undefined) continue
    at++
    if (at === rest.length) return `The option --${name} needs a value.`
  }
  const missing = Object.keys(known).find((name) => known[name]?.required && !given.has(name))
  if (missing === undefined) return undefined
  return isPositional(missing) ? `${missing.toUpperCase()} is needed.` : `The option --${missing} is needed.`
}
