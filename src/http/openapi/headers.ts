interface Description {
  description: string
  pattern?: string
  const?: string
  format?: string
  type?: 'integer'
  minimum?: number
}

const headers = {
  'X-Request-Id': { description: 'Names this exchange: quote it when you report something.', format: 'uuid' },
  'Cache-Control': { description: 'Answers of the API are never kept.', const: 'no-store' },
  RateLimit: {
    description:
      'What is left: `r` requests of the window, whose oldest leaves in `t` seconds, and `r` slots for calls (draft-ietf-httpapi-ratelimit-headers-11).',
    pattern: '^"permin";r=\\d+;t=\\d+, "inflight";r=\\d+$',
  },
  'RateLimit-Policy': {
    description: 'The limits: `q` requests in any `w` seconds, and `q` calls at a time.',
    pattern: '^"permin";q=\\d+;w=\\d+, "inflight";q=\\d+;qu="concurrent-requests"$',
  },
  'Retry-After': {
    description: 'Seconds to wait. With `rate_limited`, exactly that long is enough; a second less is not.',
    type: 'integer',
    minimum: 1,
  },
  'WWW-Authenticate': {
    description: 'RFC 6750: `error="invalid_token"` for a key that is wrong or no longer right.',
    pattern: '^Bearer realm="callgate"(, error="invalid_token")?$',
  },
  'Idempotent-Replayed': {
    description: 'There when an earlier request with this Idempotency-Key made the call.',
    const: 'true',
  },
  'Accept-Encoding': {
    description: 'With `unsupported_encoding`: bodies come as they are.',
    const: 'identity',
  },
  Allow: { description: 'The methods that the path takes.', pattern: '^[A-Z]+(, [A-Z]+)*$' },
} as const satisfies Record<string, Description>

export type HeaderName = keyof typeof headers

/** A reference to a response header, required or optional. */
export const header = (name: HeaderName, required: boolean) => ({
  $ref: `#/components/headers/${name}${required ? '' : '-optional'}`,
})

export const headerComponents = () =>
  Object.fromEntries(
    Object.entries<Description>(headers).flatMap(([name, { description, ...schema }]) => [
      [name, { description, required: true, schema: { type: 'string', ...schema } }],
      [`${name}-optional`, { description, schema: { type: 'string', ...schema } }],
    ]),
  )
