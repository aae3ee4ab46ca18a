import { unescape } from 'node:querystring'
import { ApiError, type Reason } from '../failures.ts'
import { adminToken, apiKey, holdsPrefix, tokenFlaw, type TokenKind, tokenLike } from '../keys/token.ts'

/** A kind of credential, and the errors for a header without one. */
interface Credential {
  kind: TokenKind
  missing: Reason
  malformed: Reason
  /** The message for a client that sends the other kind of credential. */
  other: { prefix: string; detail: string }
}

const apiKeyWanted: Credential = {
  kind: apiKey,
  missing: 'missing_key',
  malformed: 'malformed_key',
  other: {
    prefix: adminToken.prefix,
    detail: 'This is an admin token, which cannot place calls. Send an API key, which begins with bvai_sk_.',
  },
}

export const adminTokenWanted: Credential = {
  kind: adminToken,
  missing: 'missing_admin_token',
  malformed: 'invalid_admin_token',
  other: {
    prefix: apiKey.prefix,
    detail:
      'This is an API key, which cannot be used for administration. Send an admin token, which begins with bvai_admin_.',
  },
}

/**
 * Returns the well-formed token of an Authorization header, or the error. The scheme's case is free (RFC 9110 §11.1);
 * exactly one space and the token follow. A repeated or ambiguous header is rejected.
 */
export const readBearer = (header: string | null, wanted = apiKeyWanted): string | ApiError => {
  if (header?.startsWith('Bearer ')) return checked(header.slice('Bearer '.length), wanted)
  if (header === null || header === '' || /^bearer$/i.test(header)) return new ApiError(wanted.missing)
  if (!/^bearer[ \t]/i.test(header)) return new ApiError('wrong_scheme')
  if (header[6] !== ' ') return new ApiError(wanted.malformed, { detail: 'a single space belongs before it' })
  return checked(header.slice('bearer '.length), wanted)
}

const checked = (token: string, { kind, malformed, other }: Credential) => {
  const flaw = tokenFlaw(token, kind)
  if (flaw === undefined) return token
  return token.startsWith(other.prefix)
    ? new ApiError('wrong_credential', { detail: other.detail })
    : new ApiError(malformed, { detail: flaw })
}

/** The User-Agent with anything like a token removed; its first word is kept, as the program's name. */
export const readUserAgent = ({ headers }: Request) => {
  const agent = headers.get('user-agent')
  return agent && holdsPrefix(agent) ? agent.replaceAll(tokenLike, '') : agent
}

/** Tokens anywhere in a URL, also percent-encoded. */
export const keysInUrl = (url: string): string[] => {
  const text = url.includes('%') ? unescape(url) : url
  return holdsPrefix(text) ? (text.match(tokenLike) ?? []) : []
}
