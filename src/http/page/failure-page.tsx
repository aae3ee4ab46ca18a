import type { ApiError } from '../../failures.ts'
import { Copyable } from './copyable.tsx'
import { Layout, renderPage } from './layout.tsx'

const headings: Record<number, string> = {
  403: 'Not allowed',
  404: 'Not found',
  409: 'Nothing was changed',
  502: 'The call continues',
  503: 'Try again in a moment',
}

/** An error for people, with a way back. */
export const failurePage = (failure: ApiError, requestId: string) =>
  renderPage(
    <Layout title={headings[failure.status] ?? 'Something went wrong'} narrow>
      <main>
        <h1>{headings[failure.status] ?? 'Something went wrong'}</h1>
        <p>{failure.message}</p>
        <p>
          <a href="/admin">Back to callgate</a>
        </p>
        <p>
          <small>
            Request <Copyable label="request ID">{requestId}</Copyable>
          </small>
        </p>
      </main>
    </Layout>,
  )
