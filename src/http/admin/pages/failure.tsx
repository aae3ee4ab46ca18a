import type { Failure } from '../../../failures.ts'
import { Layout, renderPage } from './layout.tsx'

const headings: Record<number, string> = {
  403: 'Not allowed',
  404: 'Not found',
  409: 'Nothing was changed',
  502: 'The call continues',
  503: 'Try again in a moment',
}

/** A refusal for people: what happened, and the way back. */
export const failurePage = (failure: Failure, requestId: string) =>
  renderPage(
    <Layout title={headings[failure.status] ?? 'Something went wrong'} narrow>
      <main>
        <h1>{headings[failure.status] ?? 'Something went wrong'}</h1>
        <p>{failure.message}</p>
        <p>
          <a href="/admin">Back to callgate</a>
        </p>
        <p>
          <small>Request {requestId}</small>
        </p>
      </main>
    </Layout>,
  )
