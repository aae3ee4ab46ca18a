import type { Operation } from './operation.ts'
import { fieldsOf } from './fields.ts'

/** An operation as a command line to paste. */
export const exampleOf = (operation: Operation): string => {
  const fields = fieldsOf(operation)
  const given: Record<string, unknown> = { ...operation.example }
  const flags = fields.flatMap(({ name, flag, type, required, hint, choices }) => {
    const known = name === 'agency' ? 'Acme' : (choices[0] ?? (hint ?? name).toUpperCase())
    const value = given[name] ?? (required ? known : undefined)
    if (value === undefined) return []
    return type === 'json'
      ? [value].flat().map((each) => `--${flag} '${JSON.stringify(each)}'`)
      : flagsOf(flag, value)
  })
  return ['callgate', ...operation.name.split('.'), ...flags].join(' ')
}

const flagsOf = (flag: string, value: unknown): string[] => {
  if (value === true) return [`--${flag}`]
  if (Array.isArray(value)) return value.flatMap((each) => flagsOf(flag, each))
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).map(([name, each]) => `--${flag} ${name}=${each}`)
  return [`--${flag} ${/^[\w@:./+-]+$/.test(String(value)) ? value : `'${value}'`}`]
}
