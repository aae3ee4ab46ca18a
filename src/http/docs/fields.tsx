import { Phrase } from './markdown.tsx'

/** The part of JSON Schema that our schemas use. */
export interface Schema {
  $ref?: string
  type?: string | string[]
  const?: unknown
  enum?: unknown[]
  format?: string
  pattern?: string
  description?: string
  minimum?: number
  maximum?: number
  maxLength?: number
  default?: unknown
  properties?: Record<string, Schema>
  required?: string[]
  items?: Schema
  anyOf?: Schema[]
}

interface FieldsProps {
  schema: object
  schemas: Record<string, object>
}

interface Field extends Schema {
  path: string
  needed: boolean
}

/** The fields of an object; nested ones by their full path. */
export const Fields = ({ schema, schemas }: FieldsProps) => (
  <div class="overflow-auto" tabIndex={0}>
    <table>
      <thead>
        <tr>
          <th>Field</th>
          <th>Type</th>
          <th>Description</th>
        </tr>
      </thead>
      <tbody>
        {fieldsOf(schema, schemas).map((field) => (
          <tr key={field.path}>
            <td>
              <code>{field.path}</code>
            </td>
            <td>{`${typeOf(field)}${field.needed ? '' : ', optional'}`}</td>
            <td>
              <Phrase text={field.description ?? ''} />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const fieldsOf = (given: Schema, schemas: Record<string, Schema>, prefix = ''): Field[] => {
  const schema = resolve(given, schemas)
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const path = `${prefix}${name}`
    const field = { ...property, path, needed: schema.required?.includes(name) ?? false }
    const inner = resolve(property, schemas)
    const item = inner.items ?? inner.anyOf?.find(({ items }) => items)?.items
    if (item) return [field, ...fieldsOf(item, schemas, `${path}[].`)]
    return inner.properties ? fieldsOf(inner, schemas, `${path}.`) : [field]
  })
}

const resolve = (schema: Schema, schemas: Record<string, Schema>): Schema =>
  schema.$ref === undefined ? schema : (schemas[schema.$ref.split('/').at(-1) ?? ''] ?? {})

/** A type in words: "string (uuid) or null". */
const typeOf = (schema: Schema): string => {
  if (schema.$ref !== undefined) return schema.$ref.split('/').at(-1) ?? ''
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map(String).join(', ')
  if (schema.anyOf) return schema.anyOf.map(typeOf).join(' or ')
  if (schema.items) return `list of ${schema.items.properties ? 'objects' : typeOf(schema.items)}`
  const types = [schema.type ?? 'anything'].flat().join(' or ')
  return schema.format === undefined ? types : types.replace('string', `string (${schema.format})`)
}
