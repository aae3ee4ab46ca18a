import { Layout, renderPage } from '../../page/layout.tsx'
import type { SentForm } from './already-sent.ts'

/** For whoever reloads the page that showed a secret. */
export const alreadySentPage = ({ person, what, isPlural = false, lost }: SentForm) =>
  renderPage(
    <Layout title="Shown only once" person={person}>
      <main>
        <h1>Shown only once</h1>
        <p class="notice">
          <strong>{`${what} shown only once.`}</strong> This form was already sent, so nothing was changed
          now.
        </p>
        <p>
          {`If you stored ${isPlural ? 'them' : 'it'}, you are done. If you didn’t, `}
          <a href={lost.href}>{lost.label}</a>.
        </p>
      </main>
    </Layout>,
  )
