import type { Person } from '../../../people/person.ts'
import { refusedPerEnvironment } from '../../../usage/recent-refusals.ts'
import { Layout } from '../../page/layout.tsx'
import { WithCopyable } from '../../page/copyable.tsx'
import { Time } from '../../page/time.tsx'
import { Table } from '../../page/table.tsx'
import type { Hit } from './find.ts'

interface FindProps {
  person: Person
  text: string
  hits: Hit[]
  /** For operators, who see several. */
  agencyNames: ReadonlyMap<string, string>
}

export const FindPage = ({ person, text, hits, agencyNames }: FindProps) => (
  <Layout title="Find" person={person} query={text}>
    <main>
      <h1>{text === '' ? 'Find' : `Results for “${text}”`}</h1>
      {hits.length > 0 ? (
        <Table label="Results" heads={['What', 'Name', 'Agency', 'Details', 'Time']}>
          {hits.map(({ kind, title, href, agencyId, detail, at }) => (
            <tr key={href}>
              <td>{kind}</td>
              <td class="name">
                <WithCopyable href={href}>{title}</WithCopyable>
              </td>
              <td class="name">{(kind !== 'Agency' && agencyId && agencyNames.get(agencyId)) || '–'}</td>
              <td>{detail === undefined ? '–' : <WithCopyable>{detail}</WithCopyable>}</td>
              <td>{at === undefined ? '–' : <Time at={at} />}</td>
            </tr>
          ))}
        </Table>
      ) : (
        <Nothing person={person} text={text} />
      )}
    </main>
  </Layout>
)

const Nothing = ({ person, text }: Pick<FindProps, 'person' | 'text'>) => (
  <>
    {text !== '' && <p class="empty">Nothing was found.</p>}
    <p>You can search for:</p>
    <ul>
      <li>a phone number, written in any way, to see its calls</li>
      <li>the ID of a call, here or at the provider</li>
      <li>
        a request ID (<code>X-Request-Id</code>), to see its call, or why the request was rejected
      </li>
      <li>the last four characters of an API key</li>
      <li>the ID of an agent</li>
      {person.role === 'operator' && <li>the name or ID of an agency, or a person’s email address</li>}
    </ul>
    <p>
      <small>
        {`callgate keeps the last ${refusedPerEnvironment} rejected requests of each environment. It doesn’t keep requests without a valid key: their response says what was wrong.`}
      </small>
    </p>
  </>
)
