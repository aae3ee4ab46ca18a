import { Failure } from '../failures.ts'
import { prefix, tokenFlaw } from '../keys/token.ts'

/**
 * The well-formed key of an Authorization header, or what is wrong with the header. The scheme's case is free
 * (RFC 9110 §11.1); after it come exactly one space and the key: what a header says twice or unclearly is refused.
 */
export const readBearer = (header: string | null): string | Failure => {
  if (header?.startsWith('Bearer ')) return checked(header.slice('Bearer '.length))
  if (header === null || header === '' || /^bearer$/i.test(header)) return new Failure('missing_key')
  if (!/^bearer[ \t]/i.test(header)) return new Failure('wrong_scheme')
  if (header[6] !== ' ') return new Failure('malformed_key', { detail: 'a single space belongs before it' })
  return checked(header.slice('bearer '.length))
}

const checked = (token: string) => {
  const flaw = tokenFlaw(token)
  return flaw === undefined ? token : new Failure('malformed_key', { detail: flaw })
}

const keyLike = new RegExp(`${prefix}[0-9A-Za-z]*`, 'g')

/** The User-Agent without what looks like a key: its first word is kept, as the name of a program. */
export const readUserAgent = ({ headers }: Request) => {
  const agent = headers.get('user-agent')
  return agent?.includes(prefix) ? agent.replaceAll(keyLike, '') : agent
}

/** What looks like a key in the values of a URL's query: it is burnt, whatever the header says. */
export const keysInUrl = (url: string): string[] => {
  const query = url.indexOf('?')
  if (query === -1) return []
  const values = [...new URLSearchParams(url.slice(query + 1))].flat()
  return values.flatMap((value) => value.match(keyLike) ?? [])
}
