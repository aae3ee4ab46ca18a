const randomLength = 32
const checksumLength = 6

/** The kind of a token, given by its prefix. */
export interface TokenKind {
  prefix: string
  /** The length of a whole token. */
  length: number
  pattern: RegExp
}

const kindOf = (prefix: string): TokenKind => ({
  prefix,
  length: prefix.length + randomLength + checksumLength,
  pattern: new RegExp(`^${prefix}[0-9A-Za-z]{${randomLength + checksumLength}}$`),
})

/** For the API: places calls. */
export const apiKey = kindOf('bvai_sk_')
/** For the admin API: never places a call. */
export const adminToken = kindOf('bvai_admin_')
export const tokenKinds = [apiKey, adminToken] as const

const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/**
 * The largest multiple of 62 in a byte. Bytes from here on are drawn again, so that all characters are equally likely.
 */
const unbiasedBelow = 248

/** Generates a token: the prefix, 32 random base62 characters (190 bits), and the base62 CRC-32 of all before. */
export const mintToken = (
  { prefix, length }: TokenKind = apiKey,
  fill: (bytes: Uint8Array) => void = (bytes) => crypto.getRandomValues(bytes),
) => {
  const bytes = new Uint8Array(randomLength)
  const bodyLength = length - checksumLength
  let body = prefix
  while (body.length < bodyLength) {
    fill(bytes)
    for (const byte of bytes) {
      if (byte < unbiasedBelow && body.length < bodyLength) body += alphabet[byte % 62]
    }
  }
  return body + checksum(body)
}

/** The flaw of a token of a kind, in words for its sender; undefined when it is well-formed. */
export const tokenFlaw = (
  text: string,
  { prefix, length, pattern }: TokenKind = apiKey,
): string | undefined => {
  if (pattern.test(text) && isChecksumRight(text)) return undefined
  const body = text.startsWith(prefix) ? text.slice(prefix.length) : text
  if (!/^\w*$/.test(text) || (body !== text && body.includes('_'))) return 'it has extra spaces or characters'
  if (body === text) return `it must start with ${prefix}`
  if (text.length < length) return 'it is too short'
  if (text.length > length) return 'it is too long'
  return 'its checksum does not match'
}

const anyPrefix = tokenKinds.map(({ prefix }) => prefix).join('|')
const whole = new RegExp(`(?:${anyPrefix})[0-9A-Za-z]{${randomLength + checksumLength}}`)

/** Matches a token of either kind, whole or cut short. */
export const tokenLike = new RegExp(`(?:${anyPrefix})[0-9A-Za-z]*`, 'g')

/** True for a text that holds a token, whatever its checksum. Such a text must not be stored. */
export const holdsToken = (text: string) => whole.test(text)

/** True for a text that holds the prefix of a token. */
export const holdsPrefix = (text: string) => tokenKinds.some(({ prefix }) => text.includes(prefix))

/** SHA-256 in hex, the only stored form of a token. A plain hash suffices above 112 bits (OWASP ASVS 5.0, 6.5.2). */
export const tokenHash = (token: string) => Bun.SHA256.hash(token, 'hex')

export const tokenLast4 = (token: string) => token.slice(-4)

const checksum = (body: string) => {
  let rest = crc32(body, body.length)
  let digits = ''
  for (let place = 0; place < checksumLength; place++) {
    digits = alphabet[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

/** Compares the checksum digit by digit, so that a guess allocates no text. */
const isChecksumRight = (text: string) => {
  const bodyLength = text.length - checksumLength
  let rest = crc32(text, bodyLength)
  for (let at = text.length - 1; at >= bodyLength; at--) {
    if (text[at] !== alphabet[rest % 62]) return false
    rest = Math.floor(rest / 62)
  }
  return true
}

/** CRC-32 as in ISO 3309 (reflected, polynomial 0xEDB88320), over the ASCII text before the checksum. */
const crc32 = (text: string, bodyLength: number) => {
  let register = 0xffffffff
  for (let at = 0; at < bodyLength; at++)
    register = (register >>> 8) ^ crcTable[(register ^ text.charCodeAt(at)) & 0xff]!
  return (register ^ 0xffffffff) >>> 0
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let entry = byte
  for (let bit = 0; bit < 8; bit++) entry = entry & 1 ? (entry >>> 1) ^ 0xedb88320 : entry >>> 1
  return entry
})
