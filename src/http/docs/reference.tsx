import type { describeApi } from '../openapi/document.ts'
import { type ApiRoute, apiRoutes } from '../openapi/routes.ts'
import { Fields, type Schema } from './fields.tsx'
import { Code, Markdown, Phrase } from './markdown.tsx'

type Document = ReturnType<typeof describeApi>

interface Parameter {
  name: string
  in: string
  required: boolean
  description: string
  schema: Schema
}
interface Response {
  description: string
  content: { 'application/json'?: { schema: Schema; example?: unknown; examples?: Record<string, Example> } }
}
interface Example {
  summary?: string
  value: unknown
}
interface Described {
  parameters?: Parameter[]
  requestBody?: { content: { 'application/json': { schema: Schema; examples: Record<string, Example> } } }
  responses: Record<string, Response>
}

/** `/openapi.json` for people. */
export const Reference = ({ document }: { document: Document }) => (
  <>
    {apiRoutes.map((route) => (
      <Route
        key={route.id}
        route={route}
        described={document.paths[route.path]?.[route.method] as unknown as Described}
        schemas={document.components.schemas}
      />
    ))}
    <h2 id="webhooks">Webhooks</h2>
    <p>
      callgate sends these events to your endpoint, each as a signed JSON <code>POST</code>.
    </p>
    {Object.entries(document.webhooks).map(([event, { post }]) => (
      <section key={event} aria-labelledby={event}>
        <h3 id={event}>
          <code>{event}</code>
        </h3>
        <Markdown text={post.description} />
        <Code>{JSON.stringify(post.requestBody.content['application/json'].example, null, 2)}</Code>
      </section>
    ))}
    <Fields schema={document.components.schemas.WebhookEvent ?? {}} schemas={document.components.schemas} />
  </>
)

interface RouteProps {
  route: ApiRoute
  described: Described
  schemas: Document['components']['schemas']
}

const Route = ({ route, described, schemas }: RouteProps) => {
  const { parameters = [], requestBody, responses } = described
  const body = requestBody?.content['application/json']
  const success = responses[200]?.content['application/json']
  return (
    <section aria-labelledby={route.id}>
      <h2 id={route.id}>{route.summary}</h2>
      <p>
        <code>{`${route.method.toUpperCase()} ${route.path}`}</code>
      </p>
      <Markdown text={route.description} />
      {parameters.length > 0 && <h3>Parameters</h3>}
      {parameters.length > 0 && <Parameters parameters={parameters} />}
      {body && <h3>Body</h3>}
      {body && <Fields schema={body.schema} schemas={schemas} />}
      {Object.entries(body?.examples ?? {}).map(([name, { summary, value }]) => (
        <figure key={name}>
          <figcaption>{summary}</figcaption>
          <Code>{JSON.stringify(value, null, 2)}</Code>
        </figure>
      ))}
      <h3>Response</h3>
      {success && <Fields schema={success.schema} schemas={schemas} />}
      {success && <Code>{JSON.stringify(success.example, null, 2)}</Code>}
      {'file' in route.answer && <p>The audio as it comes, of the type that Content-Type names.</p>}
      <details>
        <summary>Errors</summary>
        <Refusals responses={responses} />
      </details>
    </section>
  )
}

const Parameters = ({ parameters }: { parameters: Parameter[] }) => (
  <div class="overflow-auto" tabIndex={0}>
    <table>
      <thead>
        <tr>
          <th>Name</th>
          <th>In</th>
          <th>Description</th>
        </tr>
      </thead>
      <tbody>
        {parameters.map(({ name, in: place, required, description, schema }) => (
          <tr key={name}>
            <td>
              <code>{name}</code>
            </td>
            <td>{required ? `${place}, required` : place}</td>
            <td>
              <Phrase text={description} />
              {schema.enum && ` One of ${schema.enum.join(', ')}.`}
              {schema.minimum !== undefined &&
                ` ${schema.minimum} to ${schema.maximum}; the default is ${schema.default}.`}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
)

const Refusals = ({ responses }: { responses: Record<string, Response> }) => (
  <div class="overflow-auto" tabIndex={0}>
    <table>
      <thead>
        <tr>
          <th>Status</th>
          <th>Code</th>
          <th>Message</th>
        </tr>
      </thead>
      <tbody>
        {Object.entries(responses).flatMap(([status, { content }]) =>
          Object.entries(content['application/json']?.examples ?? {}).map(([code, { value }]) => (
            <tr key={code}>
              <td>{status}</td>
              <td>
                <code>{code}</code>
              </td>
              <td>{(value as { error: string }).error}</td>
            </tr>
          )),
        )}
      </tbody>
    </table>
  </div>
)
