import type { FactorAudience } from '../../../people/factor.ts'
import type { Person } from '../../../people/person.ts'
import { Layout } from '../../page/layout.tsx'

const audiences: [FactorAudience, string][] = [
  ['nobody', 'Nobody: it is up to them'],
  ['operators', 'Operators'],
  ['everybody', 'Everybody'],
]

/** The people who need a second factor. */
export const AudienceForm = ({ audience }: { audience: FactorAudience }) => (
  <article>
    <h2>Second factor</h2>
    <p>
      People who need a second factor and have none must set one up the next time they open a page, including
      you.
    </p>
    <form method="post" action="/admin/people/second-factor">
      <label>
        Who needs one
        <select name="required">
          {audiences.map(([value, title]) => (
            <option key={value} value={value} selected={value === audience}>
              {title}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" class="secondary">
        Save
      </button>
    </form>
  </article>
)

/** Confirms the reset of a lost second factor and names the consequences. */
export const ResetFactorPage = ({ person, subject }: { person: Person; subject: Person }) => (
  <Layout title="Reset a second factor" person={person}>
    <main>
      <h1>{`Reset the second factor of ${subject.email}?`}</h1>
      <p class="notice warning">
        All their second factors and recovery codes stop working, and they are signed out immediately. Then
        their password alone signs them in. Make sure that it is really them who asks.
      </p>
      <form method="post" action={`/admin/people/${subject.id}/second-factor`} class="row start">
        <button type="submit" class="danger">
          Reset
        </button>
        <a href="/admin/people">Cancel</a>
      </form>
    </main>
  </Layout>
)
