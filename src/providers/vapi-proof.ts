import { hmac, isFresh, isSame } from './signature.ts'
import { toMs } from './vapi-call.ts'

/** Vapi names none for its HMAC plan: as the Standard Webhooks libraries have it. */
const toleranceMs = 5 * 60_000

/** The plan's default, and the name that Vapi's own guides and others' use. */
const signatureHeaders = ['x-signature', 'x-vapi-signature']
const secretHeaders = ['x-vapi-secret', 'authorization']
/** A hash in either encoding is told by its length; `sha256=` and the like may stand before it. */
const algorithms = ['sha256', 'sha512', 'sha1'] as const
const encodings = ['hex', 'base64'] as const

/**
 * How far a request proves to be Vapi's. Vapi: custom credentials. One secret: shown as it is or as a bearer token, in its
 * usual header or in one that was chosen; or signed with by the HMAC plan, with or without its time. What is signed without
 * one can be sent again, and then says again what it said.
 */
export const proofOf = (
  { headers, body }: { headers: Headers; body: Uint8Array },
  { secret, header }: { secret: string; header: string | undefined },
  now: number,
): 'valid' | 'invalid_signature' | 'expired' => {
  const given = (names: string[]) =>
    [...names, ...(header === undefined ? [] : [header])].map((name) => headers.get(name) ?? '')

  const shown = given(secretHeaders).map((value) => value.replace(/^Bearer /i, ''))
  if (shown.some((value) => isSame(value, secret))) return 'valid'

  const signatures = given(signatureHeaders).map((value) => value.replace(/^(?:sha\d+=|v\d+[=,])/i, ''))
  const isSigned = (...parts: (string | Uint8Array)[]) =>
    algorithms.some((algorithm) =>
      encodings.some((encoding) => {
        const expected = hmac(algorithm, secret, encoding, ...parts)
        return signatures.some((signature) => isSame(signature, expected))
      }),
    )
  const written = headers.get('x-timestamp') ?? ''
  const signedAt = timeOf(written)
  if (signedAt !== undefined && isSigned(`${written}.`, body))
    return isFresh(signedAt, now, toleranceMs) ? 'valid' : 'expired'
  return isSigned(body) ? 'valid' : 'invalid_signature'
}

/** Seconds, milliseconds or ISO 8601: Vapi does not say which. */
const timeOf = (written: string) => {
  if (/^\d{1,15}$/.test(written)) return toMs(Number(written))
  const time = /^\d{4}-\d\d-\d\dT[\d:.]{5,16}(?:Z|[+-]\d\d:\d\d)$/.test(written) ? Date.parse(written) : NaN
  return Number.isNaN(time) ? undefined : time
}
