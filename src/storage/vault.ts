import { createCipheriv, createDecipheriv, createHmac, randomBytes } from 'node:crypto'
import { ApiError } from '../failures.ts'
import { deriveKey } from './derive-key.ts'

const algorithm = 'aes-256-gcm'
const version = 'v2'
const nonceBytes = 12
const tagBytes = 16

/** The purpose of a sealed text: whose it is, and where it may be sent. */
export type Binding = readonly (string | null)[]

/** The text was encrypted under another secret or for another purpose, or changed. */
export class SealBroken extends ApiError {
  constructor() {
    super('conflict', {
      detail:
        'Stored credentials cannot be decrypted: they were encrypted with a different CALLGATE_SECRET or for a different URL, or changed. Save them again.',
    })
  }
}

/**
 * Encrypts credentials with AES-256-GCM (NIST SP 800-38D) under a key derived from `CALLGATE_SECRET`. The binding is
 * authenticated as additional data: a sealed text opens for no other owner and no other URL.
 */
export class Vault {
  readonly #key: Uint8Array
  readonly #digestKey: Uint8Array

  constructor(secret: string) {
    this.#key = deriveKey(secret, 'vault')
    this.#digestKey = deriveKey(secret, 'digests')
  }

  seal(plain: string, binding: Binding): string {
    const nonce = randomBytes(nonceBytes)
    const cipher = createCipheriv(algorithm, this.#key, nonce).setAAD(additionalData(binding))
    const sealed = Buffer.concat([nonce, cipher.update(plain, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return `${version}.${sealed.toString('base64url')}`
  }

  /** A keyed hash, for what is easily guessed, such as an address: the database alone does not tell it. */
  digest(text: string): string {
    return createHmac('sha256', this.#digestKey).update(text).digest('hex')
  }

  /** Throws `SealBroken`. */
  open(sealed: string, binding: Binding): string {
    return unseal(sealed, version, this.#key, additionalData(binding))
  }

  /**
   * Opens a text as the first version sealed it, bound to its owner only. For the one time that they are sealed anew
   * (see seal-anew.ts): nothing else accepts them. Throws `SealBroken`.
   */
  openUnbound(sealed: string, label: string): string {
    return unseal(sealed, unboundVersion, this.#key, Buffer.from(label))
  }
}

const unboundVersion = 'v1'

const additionalData = (binding: Binding) => Buffer.from(JSON.stringify(binding))

const unseal = (sealed: string, wanted: string, key: Uint8Array, data: Uint8Array): string => {
  const [mark, body = ''] = sealed.split('.')
  const bytes = Buffer.from(body, 'base64url')
  if (mark !== wanted || bytes.length < nonceBytes + tagBytes) throw new SealBroken()
  try {
    const decipher = createDecipheriv(algorithm, key, bytes.subarray(0, nonceBytes))
      .setAAD(data)
      .setAuthTag(bytes.subarray(-tagBytes))
    return decipher.update(bytes.subarray(nonceBytes, -tagBytes), undefined, 'utf8') + decipher.final('utf8')
  } catch {
    throw new SealBroken()
  }
}
