export const prefix = 'bvai_sk_'
const randomLength = 32
const checksumLength = 6
const bodyLength = prefix.length + randomLength
export const tokenLength = bodyLength + checksumLength

const wholeToken = /^bvai_sk_[0-9A-Za-z]{38}$/
const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz'
/** The largest multiple of 62 that a byte can hold: bytes from here on are drawn again, so that no character is likelier. */
const unbiasedBelow = 248

/** Makes a key: the prefix, 32 random base62 characters (190 bits), and the base62 CRC-32 of all before. */
export const mintToken = (fill: (bytes: Uint8Array) => void = (bytes) => crypto.getRandomValues(bytes)) => {
  const bytes = new Uint8Array(randomLength)
  let body = prefix
  while (body.length < bodyLength) {
    fill(bytes)
    for (const byte of bytes) {
      if (byte < unbiasedBelow && body.length < bodyLength) body += alphabet[byte % 62]
    }
  }
  return body + checksum(body)
}

/** What is wrong with a text that should be a key, in words for its sender; undefined when it is well-formed. */
export const tokenFlaw = (text: string): string | undefined => {
  if (wholeToken.test(text) && isChecksumRight(text)) return undefined
  const body = text.startsWith(prefix) ? text.slice(prefix.length) : text
  if (!/^\w*$/.test(text) || (body !== text && body.includes('_')))
    return 'it has spaces or characters that do not belong to it'
  if (body === text) return `it must start with ${prefix}`
  if (text.length < tokenLength) return 'it is too short'
  if (text.length > tokenLength) return 'it is too long'
  return 'its checksum does not match'
}

const whole = new RegExp(`${prefix}[0-9A-Za-z]{${randomLength + checksumLength}}`)

/** Whether a key is somewhere in a text, of whatever checksum: such a text is not to be kept. */
export const holdsToken = (text: string) => whole.test(text)

/** SHA-256 in hex, the only form in which a secret of ours is kept. A plain hash suffices above 112 bits (OWASP ASVS 5.0, 6.5.2). */
export const tokenHash = (token: string) => Bun.SHA256.hash(token, 'hex')

export const tokenLast4 = (token: string) => token.slice(-4)

const checksum = (body: string) => {
  let rest = crc32(body)
  let digits = ''
  for (let place = 0; place < checksumLength; place++) {
    digits = alphabet[rest % 62] + digits
    rest = Math.floor(rest / 62)
  }
  return digits
}

/** The same, compared digit by digit, so that a guess costs no text. */
const isChecksumRight = (text: string) => {
  let rest = crc32(text)
  for (let at = tokenLength - 1; at >= bodyLength; at--) {
    if (text[at] !== alphabet[rest % 62]) return false
    rest = Math.floor(rest / 62)
  }
  return true
}

/** CRC-32 as in ISO 3309 (reflected, polynomial 0xEDB88320), over the ASCII text before the checksum. */
const crc32 = (text: string) => {
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
