interface Description {
  description: string
  pattern?: string
  const?: string
  format?: string
  type?: 'integer'
  minimum?: number
}

const headers = {
  'X-Request-Id': {
    description: 'Identifies the request. Quote it when you report a problem.',
    format: 'uuid',
  },
  'Cache-Control': { description: 'API responses must not be cached.', const: 'no-store' },
  RateLimit: {
    description:
      'What is left: `r` requests in the window, whose oldest request leaves it in `t` seconds, and `r` call slots (draft-ietf-httpapi-ratelimit-headers-11).',
    pattern: '^"permin";r=\\d+;t=\\d+, "inflight";r=\\d+$',
  },
  'RateLimit-Policy': {
    description: 'The limits: `q` requests in any `w` seconds, and `q` concurrent calls.',
    pattern: '^"permin";q=\\d+;w=\\d+, "inflight";q=\\d+;qu="concurrent-requests"$',
  },
  'Retry-After': {
    description: 'Seconds to wait. For `rate_limited`, this is exact: a second less is not enough.',
    type: 'integer',
    minimum: 1,
  },
  'WWW-Authenticate': {
    description:
      'RFC 6750: `error="invalid_token"` if the key is invalid or was replaced. For providers, `Signature`.',
    pattern: '^(Bearer realm="callgate"(, error="invalid_token")?|Signature realm="callgate")$',
  },
  'Idempotent-Replayed': {
    description: 'Present if an earlier request with this Idempotency-Key triggered the call.',
    const: 'true',
  },
  'Accept-Encoding': {
    description: 'With `unsupported_encoding`: send bodies uncompressed.',
    const: 'identity',
  },
  Allow: { description: 'The methods that the path allows.', pattern: '^[A-Z]+(, [A-Z]+)*$' },
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
