import { Secret, TOTP } from 'otpauth'

const periodSeconds = 30
/** RFC 4226 §4, R6 recommends 160 bits. */
const secretBytes = 20
/** RFC 6238 §5.2: one step before and after the present one, for clocks that differ and people who type slowly. */
const tolerance = 1

/** A new secret in base32, as authenticator apps take it. */
export const newTotpSecret = () => new Secret({ size: secretBytes }).base32

const totp = (secret: string) =>
  new TOTP({ secret: Secret.fromBase32(secret), algorithm: 'SHA1', digits: 6, period: periodSeconds })

/** True for a text that can be a code of an authenticator app. */
export const isTotpCode = (text: string) => /^\d{6}$/.test(text)

/** The time step (RFC 6238 §4.2) of a code; undefined for a code that is not valid now. */
export const totpStep = (secret: string, code: string, now: number): number | undefined => {
  const delta = isTotpCode(code)
    ? totp(secret).validate({ token: code, timestamp: now, window: tolerance })
    : null
  return delta === null ? undefined : Math.floor(now / 1000 / periodSeconds) + delta
}

/** The address that an authenticator app reads from a QR code. Apps tell entries apart by issuer and account. */
export const totpUri = (secret: string, email: string, host: string) =>
  new TOTP({
    issuer: `callgate ${host}`,
    label: email,
    secret: Secret.fromBase32(secret),
    algorithm: 'SHA1',
    digits: 6,
    period: periodSeconds,
  }).toString()
