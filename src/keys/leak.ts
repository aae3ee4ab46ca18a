import { holdsPrefix } from './token.ts'

const whereMost = 500

/**
 * Where a key was found, as it may be kept: the address of a page and a place on it. What a query or a name before the
 * host could carry is left out, and so is a path that has a key in it. Null when it is no web address, or the host's name
 * has one: in lower case, and so soon guessed.
 */
export const placeOf = (where: string): string | null => {
  const url = URL.parse(where)
  if (url === null || !/^https?:$/.test(url.protocol)) return null
  const place = `${url.origin}${url.pathname}${/^#[\w-]{1,60}$/.test(url.hash) ? url.hash : ''}`
  if (place.length <= whereMost && !holdsKey(place)) return place
  return holdsKey(url.origin) ? null : url.origin
}

/** Escaped once or many times over. */
const holdsKey = (text: string): boolean => {
  if (holdsPrefix(text)) return true
  const plain = text.replaceAll(/%([\da-f]{2})/gi, (_, code: string) =>
    String.fromCharCode(parseInt(code, 16)),
  )
  return plain !== text && holdsKey(plain)
}
