import { Failure, type Reason } from '../failures.ts'
import { adminToken, apiKey, holdsPrefix, tokenFlaw, type TokenKind, tokenLike } from '../keys/token.ts'

/** The credential that a route takes, and how it refuses what is none. */
interface Credential {
  kind: TokenKind
  missing: Reason
  malformed: Reason
  /** What is in the hand of who sends the other kind. */
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
 * The well-formed token of an Authorization header, or what is wrong with the header. The scheme's case is free
 * (RFC 9110 §11.1); after it come exactly one space and the token: what a header says twice or unclearly is refused.
 */
export const readBearer = (header: string | null, wanted = apiKeyWanted): string | Failure => {
  if (header?.startsWith('Bearer ')) return checked(header.slice('Bearer '.length), wanted)
  if (header === null || header === '' || /^bearer$/i.test(header)) return new Failure(wanted.missing)
  if (!/^bearer[ \t]/i.test(header)) return new Failure('wrong_scheme')
  if (header[6] !== ' ') return new Failure(wanted.malformed, { detail: 'a single space belongs before it' })
  return checked(header.slice('bearer '.length), wanted)
}

const checked = (token: string, { kind, malformed, other }: Credential) => {
  const flaw = tokenFlaw(token, kind)
  if (flaw === undefined) return token
  return token.startsWith(other.prefix)
    ? new Failure('wrong_credential', { detail: other.detail })
    : new Failure(malformed, { detail: flaw })
}

/** The User-Agent without what looks like a token: its first word is kept, as the name of a program. */
export const readUserAgent = ({ headers }: Request) => {
  const agent = headers.get('user-agent')
  return agent && holdsPrefix(agent) ? agent.replaceAll(tokenLike, '') : agent
}

/** What looks like a token in the values of a URL's query: it is burnt, whatever the header says. */
export const keysInUrl = (url: string): string[] => {
  const query = url.indexOf('?')
  if (query === -1) return []
  const values = [...new URLSearchParams(url.slice(query + 1))].flat()
  return values.flatMap((value) => value.match(tokenLike) ?? [])
}
