import { createHmac } from 'node:crypto'
import { appendFileSync, closeSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs'
import { deriveKey, isSameMac, macOf } from './derive-key.ts'

/** `unverifiable`: made elsewhere or by an earlier version, or the secret is another one or missing. */
export type Verdict = 'verified' | 'unverifiable' | 'changed'

/** The end of a backup: which secret its MAC is under, and the MAC of all before. SQLite ignores bytes after its pages. */
const trailerOf = (secretCheck: string, mac: string) => `\ncallgate backup ${secretCheck} ${mac}\n`
const trailerPattern = /^\ncallgate backup ([\w-]{43}) ([\w-]{43})\n$/
const trailerBytes = trailerOf('-'.repeat(43), '-'.repeat(43)).length
const chunkBytes = 1024 * 1024
/** The size of a database is a multiple of its page size, and so of this: only a trailer makes it another. */
const pageLeastBytes = 512

/** Appends the MAC to a finished backup. */
export const signBackup = (file: string, secret: string) =>
  appendFileSync(file, trailerOf(checkOf(secret), macOfFirst(file, Number.MAX_SAFE_INTEGER, secret)))

/** Takes the MAC off a copy of a backup, and verifies it with the secret that is here, if any. */
export const takeMac = (file: string, secret: string | undefined): Verdict => {
  const { size, trailer } = endOf(file)
  // What rows say may end a database, too.
  if (size % pageLeastBytes !== trailerBytes % pageLeastBytes) return 'unverifiable'
  const [, secretCheck, mac] = trailerPattern.exec(trailer) ?? []
  if (secretCheck === undefined || mac === undefined) return 'changed'
  const isOwn = secret !== undefined && isSameMac(secretCheck, checkOf(secret))
  const verdict = isOwn && isSameMac(mac, macOfFirst(file, size - trailerBytes, secret))
  truncateSync(file, size - trailerBytes)
  if (!isOwn) return 'unverifiable'
  return verdict ? 'verified' : 'changed'
}

const checkOf = (secret: string) => macOf(deriveKey(secret, 'backup'), ['secret'])

const endOf = (file: string) => {
  const handle = openSync(file, 'r')
  try {
    const { size } = fstatSync(handle)
    const end = Buffer.alloc(trailerBytes)
    const count = size < trailerBytes ? 0 : readSync(handle, end, 0, trailerBytes, size - trailerBytes)
    return { size, trailer: end.subarray(0, count).toString('latin1') }
  } finally {
    closeSync(handle)
  }
}

/** HMAC-SHA-256 over the first bytes of a file, read in pieces: a database can be larger than the memory. */
const macOfFirst = (file: string, bytes: number, secret: string) => {
  const mac = createHmac('sha256', deriveKey(secret, 'backup'))
  const handle = openSync(file, 'r')
  try {
    const chunk = Buffer.alloc(chunkBytes)
    let left = bytes
    while (left > 0) {
      const count = readSync(handle, chunk, 0, Math.min(chunkBytes, left), null)
      if (count === 0) break
      mac.update(chunk.subarray(0, count))
      left -= count
    }
    return mac.digest('base64url')
  } finally {
    closeSync(handle)
  }
}
