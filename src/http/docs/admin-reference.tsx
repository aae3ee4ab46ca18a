import { z } from 'zod'
import { exampleOf } from '../../operation/example.ts'
import type { Operation } from '../../operation/operation.ts'
import { Fields } from './fields.tsx'
import { Code, Phrase } from './markdown.tsx'

/** The reference of all operations: input, output, who may, and the command. */
export const AdminReference = ({ operations }: { operations: readonly Operation[] }) => (
  <>
    <h2 id="operations">Operations</h2>
    {operations.map((operation) => (
      <Entry key={operation.name} operation={operation} />
    ))}
  </>
)

const Entry = ({ operation }: { operation: Operation }) => {
  const { name, summary, may, needsServer, input, output } = operation
  const who =
    may === 'operator' ? 'Requires a token for all agencies.' : 'Also allowed with a token for one agency.'
  const result = schemaOf(output, 'output')
  return (
    <section aria-labelledby={name}>
      <h3 id={name}>
        <code>{name}</code>
      </h3>
      <p>
        <Phrase text={`${summary} ${who}${needsServer ? ' Requires a running server.' : ''}`} />
      </p>
      {Object.keys(input.shape).length > 0 && <Fields schema={schemaOf(input, 'input')} schemas={{}} />}
      <h4>{result.type === 'array' ? 'Data (a list)' : 'Data'}</h4>
      <Fields schema={result.type === 'array' ? (result.items ?? {}) : result} schemas={{}} />
      <h4>Command</h4>
      <Code>{exampleOf(operation)}</Code>
    </section>
  )
}

const schemaOf = (schema: z.ZodType, io: 'input' | 'output') =>
  z.toJSONSchema(schema, { io, unrepresentable: 'any' }) as { type?: string; items?: object }
