import type { ApiError } from '../../failures.ts'
import { Layout, renderPage } from './layout.tsx'

const headings: Record<number, string> = {
  403: 'Refused',
  404: 'Not found',
  409: 'Nothing was changed',
  502: 'The call goes on',
  503: 'Try again in a moment',
}

/** An error for people, with a way back. */
export const failurePage = (failure: ApiError, requestId: string) =>
  renderPage(
    <Layout title={headings[failure.status] ?? 'That did not work'} narrow>
      <main>
        <h1>{headings[failure.status] ?? 'That did not work'}</h1>
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
