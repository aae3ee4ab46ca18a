import { z } from 'zod'
import type { Operation } from './operation.ts'

/** A field of an operation's input, as a command-line flag. */
export interface Field {
  name: string
  /** In kebab-case, without the dashes. */
  flag: string
  description: string
  /** The placeholder of the value in the help. */
  hint: string | undefined
  /** `pairs` are names with texts, `json` any object. */
  type: 'text' | 'number' | 'boolean' | 'pairs' | 'json'
  /** Repeatable: each use adds a value. */
  isList: boolean
  /** The possible values of an enumeration. */
  choices: string[]
  required: boolean
  /** The word for null, where the field is nullable. */
  nullWord: string | undefined
  /** A secret, which the process list would show to others: it can come from a file or from standard input. */
  isSecret: boolean
}

interface Property extends z.core.JSONSchema.BaseSchema {
  hint?: string
  nullWord?: string
  secret?: boolean
}

/** The fields of an operation's input, read from its schema. */
export const fieldsOf = (operation: Operation): Field[] => {
  const { properties = {}, required = [] } = z.toJSONSchema(operation.input, {
    io: 'input',
    unrepresentable: 'any',
  })
  return Object.entries(properties as Record<string, Property>).map(([name, property]) => {
    const plain = withoutNull(property)
    const isList = plain.type === 'array'
    const item = isList ? withoutNull((plain.items ?? {}) as Property) : plain
    return {
      name,
      flag: name.replaceAll('_', '-'),
      description: property.description ?? '',
      hint: property.hint,
      type: typeOf(item),
      isList,
      choices: (item.enum ?? []).map(String),
      required: required.includes(name),
      nullWord: property.nullWord,
      isSecret: property.secret === true,
    }
  })
}

const typeOf = ({ type, additionalProperties }: Property): Field['type'] => {
  const types = new Set([type].flat())
  if (types.has('boolean')) return 'boolean'
  if (types.has('integer') || types.has('number')) return 'number'
  if (!types.has('object')) return 'text'
  return additionalProperties === undefined ? 'json' : 'pairs'
}

const withoutNull = (property: Property): Property => {
  const [only, ...others] = (property.anyOf ?? []).filter(({ type }) => type !== 'null')
  return only && others.length === 0 ? (only as Property) : property
}
