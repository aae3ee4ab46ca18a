import type { Person, Session } from '../../../people/person.ts'
import { Layout } from '../../page/layout.tsx'
import { SessionTable } from '../account/session-table.tsx'

interface PersonSessionsProps {
  person: Person
  /** The person whose sessions are shown. */
  shown: Person
  sessions: Session[]
  current: Session | undefined
}

/** Where somebody is signed in, for operators. */
export const PersonSessionsPage = ({ person, shown, sessions, current }: PersonSessionsProps) => {
  const action = `/admin/people/${shown.id}/sessions/end`
  return (
    <Layout section="people" title="Sessions" person={person} parents={[]}>
      <main>
        <h1>{`Sessions of ${shown.email}`}</h1>
        {sessions.length === 0 ? (
          <p>This person is not signed in.</p>
        ) : (
          <>
            <SessionTable sessions={sessions} current={current} action={action} />
            <form method="post" action={action} class="row start">
              <button type="submit" class="secondary">
                End all sessions…
              </button>
              <a href="/admin/people">Back to people</a>
            </form>
          </>
        )}
      </main>
    </Layout>
  )
}
