import { isoCBOR } from '@simplewebauthn/server/helpers'

const base64url = (bytes: Uint8Array | ArrayBuffer | string) =>
  Buffer.from(bytes as Uint8Array).toString('base64url')
const sha256 = async (data: Uint8Array | string) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', Buffer.from(data as string)))

interface Options {
  challenge: string
  rp?: { id?: string }
  rpId?: string
  user?: { id: string }
}

interface Lies {
  origin?: string
  rpId?: string
  counter?: number
  isUserVerified?: boolean
}

const userPresent = 0x01
const userVerified = 0x04
const attested = 0x40

/** A passkey as a browser and its authenticator present it (WebAuthn §6.1, ES256, attestation "none"), with the lies it is told to tell. */
export const createPasskey = async (origin = 'http://localhost') => {
  const { publicKey, privateKey } = await crypto.subtle.generateKey(
    { name: 'ECDSA', namedCurve: 'P-256' },
    true,
    ['sign'],
  )
  const id = crypto.getRandomValues(new Uint8Array(16))
  let userHandle: string | undefined
  let count = 0

  const authenticatorData = async (rpId: string, lies: Lies, extra = new Uint8Array()) => {
    const flags =
      userPresent + (lies.isUserVerified === false ? 0 : userVerified) + (extra.length > 0 ? attested : 0)
    const counter = Buffer.alloc(4)
    counter.writeUInt32BE(lies.counter ?? ++count)
    return Buffer.concat([await sha256(lies.rpId ?? rpId), Buffer.from([flags]), counter, extra])
  }
  const clientData = (type: string, challenge: string, lies: Lies) =>
    JSON.stringify({ type, challenge, origin: lies.origin ?? origin, crossOrigin: false })
  const common = { id: base64url(id), rawId: base64url(id), type: 'public-key', clientExtensionResults: {} }

  return {
    /** The response to the options of `navigator.credentials.create`. */
    create: async ({ challenge, rp, user }: Options, lies: Lies = {}) => {
      userHandle = user?.id
      const { x = '', y = '' } = await crypto.subtle.exportKey('jwk', publicKey)
      // RFC 9053 §7.1.1: kty EC2, alg ES256, crv P-256, x, y.
      const cose = new Map<number, number | Uint8Array>([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, new Uint8Array(Buffer.from(x, 'base64url'))],
        [-3, new Uint8Array(Buffer.from(y, 'base64url'))],
      ])
      const credential = Buffer.concat([
        Buffer.alloc(16),
        Buffer.from([0, id.length]),
        id,
        isoCBOR.encode(cose as never),
      ])
      const authData = await authenticatorData(rp?.id ?? '', lies, new Uint8Array(credential))
      const attestation = new Map<string, unknown>([
        ['fmt', 'none'],
        ['attStmt', new Map()],
        ['authData', new Uint8Array(authData)],
      ])
      const response = {
        clientDataJSON: base64url(clientData('webauthn.create', challenge, lies)),
        attestationObject: base64url(isoCBOR.encode(attestation as never)),
        transports: ['internal'],
      }
      return JSON.stringify({ ...common, response })
    },

    /** The response to the options of `navigator.credentials.get`. */
    get: async ({ challenge, rpId = '' }: Options, lies: Lies = {}) => {
      const client = clientData('webauthn.get', challenge, lies)
      const authData = await authenticatorData(rpId, lies)
      const signed = Buffer.concat([authData, await sha256(client)])
      const raw = await crypto.subtle.sign({ name: 'ECDSA', hash: 'SHA-256' }, privateKey, signed)
      const response = {
        clientDataJSON: base64url(client),
        authenticatorData: base64url(authData),
        signature: base64url(derOf(new Uint8Array(raw))),
        userHandle,
      }
      return JSON.stringify({ ...common, response })
    },
  }
}

/** An ECDSA signature as authenticators give it: a DER sequence of two integers (X.690 §8.3). */
const derOf = (raw: Uint8Array) => {
  const integer = (bytes: Uint8Array) => {
    const start = bytes.findIndex((byte) => byte !== 0)
    const short = bytes.subarray(start)
    const padded = (short[0] ?? 0) >= 0x80 ? [0, ...short] : [...short]
    return [2, padded.length, ...padded]
  }
  const body = [...integer(raw.subarray(0, 32)), ...integer(raw.subarray(32))]
  return Uint8Array.from([0x30, body.length, ...body])
}
