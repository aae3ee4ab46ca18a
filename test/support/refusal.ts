import { expect } from 'bun:test'
import { answer } from './gate.ts'

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/

/** Expects a refusal in its documented shape, and gives back its sentence and headers. */
export const expectRefusal = async (response: Response, status: number, code: string) => {
  const { headers } = response
  const body = await answer(response)
  expect({ status: response.status, code: body.code }).toEqual({ status, code })
  const fields = ['code', 'doc_url', 'error', 'request_id', 'success']
  expect(
    Object.keys(body)
      .filter((field) => field !== 'param')
      .toSorted(),
  ).toEqual(fields)
  expect(body.request_id).toBe(headers.get('x-request-id') ?? '')
  expect(body.doc_url).toEndWith(`/docs/errors#${code}`)
  expect(body.success).toBe(false)
  expect(headers.get('content-type')).toStartWith('application/json')
  expect(headers.get('cache-control')).toBe('no-store')
  expect(headers.get('x-request-id')).toMatch(uuid)
  expect(headers.get('www-authenticate')).toBe(status === 401 ? challenge(code) : null)
  expect(headers.get('access-control-allow-origin')).toBeNull()
  const sentence = body.error ?? ''
  expect(sentence).not.toMatch(/undefined|NaN|[{}]/)
  if (status === 429 || status === 503) expectRetryAfter(headers, sentence)
  return { sentence, param: body.param, headers, retryAfterSeconds: Number(headers.get('retry-after')) }
}

const challenge = (code: string) =>
  code === 'missing_key' || code === 'wrong_scheme'
    ? 'Bearer realm="callgate"'
    : 'Bearer realm="callgate", error="invalid_token"'

const expectRetryAfter = (headers: Headers, sentence: string) => {
  const seconds = headers.get('retry-after') ?? ''
  expect(seconds).toMatch(/^[1-9]\d*$/)
  expect(sentence).toEndWith(`Retry after ${seconds} seconds.`)
}

/** Everything that an answer says, as one text to search. Leaves the answer readable. */
export const everythingIn = async (response: Response) =>
  `${[...response.headers].join('\n')}\n${await response.clone().text()}`
