import type { Question } from '../../../people/actor.ts'
import type { FactorAudience } from '../../../people/factor.ts'
import type { Person } from '../../../people/person.ts'
import { Ask } from '../question/questions.tsx'
import { SelectField } from '../../page/form.tsx'
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
      <SelectField name="required" label="Who needs one">
        {audiences.map(([value, title]) => (
          <option key={value} value={value} selected={value === audience}>
            {title}
          </option>
        ))}
      </SelectField>
      <button type="submit" class="secondary">
        Save
      </button>
    </form>
  </article>
)

/** Confirms the reset of a lost second factor and names the consequences. */
export const ResetFactorPage = ({ person, subject, asked }: ResetProps) => (
  <Layout section="people" title="Reset a second factor" person={person} parents={[]}>
    <main>
      <Ask
        asked={asked}
        action={`/admin/people/${subject.id}/second-factor`}
        keep={{ href: '/admin/people', label: 'Cancel' }}
      >
        <p>Then their password alone signs them in. Make sure that the request really comes from them.</p>
      </Ask>
    </main>
  </Layout>
)

interface ResetProps {
  person: Person
  subject: Person
  asked: Question
}
