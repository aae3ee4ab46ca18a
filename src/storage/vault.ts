import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'

const algorithm = 'aes-256-gcm'
const version = 'v1'
const nonceBytes = 12
const tagBytes = 16

/** The text was encrypted under another secret, or changed. */
export class SealBroken extends Error {
  constructor() {
    super('Stored credentials cannot be decrypted: they were encrypted with a different CALLGATE_SECRET.')
  }
}

/**
 * Encrypts credentials with AES-256-GCM (NIST SP 800-38D) under a key derived from `CALLGATE_SECRET` with HKDF (RFC
 * 5869). `label` names the owner and is authenticated: a sealed text opens under no other label.
 */
export class Vault {
  readonly #key: Uint8Array
  readonly #digestKey: Uint8Array

  constructor(secret: string) {
    this.#key = new Uint8Array(hkdfSync('sha256', secret, '', 'callgate vault', 32))
    this.#digestKey = new Uint8Array(hkdfSync('sha256', secret, '', 'callgate digests', 32))
  }

  seal(plain: string, label: string): string {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, this.#key, nonce).setAAD(Buffer.from(label))
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${version}.${sealed.toString('base64url')}`
  }

  /** A keyed hash, for what is easily guessed, such as an address: the database alone does not tell it. */
  digest(text: string): string {
    return createHmac('sha256', this.#digestKey).update(text).digest('hex')
  }

  /** Throws `SealBroken`. */
  open(sealed: string, label: string): string {
    const [mark, body = ''] = sealed.split('.')
    const bytes = Buffer.from(body, 'base64url')
    if (mark !== version || bytes.length < nonceBytes + tagBytes) throw new SealBroken()
    try {
      const decipher = createDecipheriv(algorithm, this.#key, bytes.subarray(0, nonceBytes))
        .setAAD(Buffer.from(label))
        .setAuthTag(bytes.subarray(-tagBytes))
      return (
        decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
      )
    } catch {
      throw new SealBroken()
    }
  }
}
