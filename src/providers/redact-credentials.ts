import type { Send } from '../outgoing/send.ts'

/** Shorter ones would be found in words that have nothing to do with them. */
const secretLeast = 8

/**
 * Asks, and takes out of the answer what it repeats of the credentials: some providers quote the key that they refuse, and
 * their words become a call's reason, which is stored and shown. An account's SID and the name of a header stay: they are no secrets.
 */
export const redactCredentials = (send: Send, credentials: Readonly<Record<string, string>>): Send => {
  const secrets = Object.entries(credentials)
    .filter(([name, value]) => !/_(?:sid|header)$/.test(name) && value.length >= secretLeast)
    .map(([, value]) => value)
  return async (url, request) => {
    const result = await send(url, request)
    if (result.kind !== 'answered') return result
    const said = Buffer.from(result.body.buffer, result.body.byteOffset, result.body.byteLength)
    if (!secrets.some((secret) => said.includes(secret))) return result
    const hidden = secrets.reduce((text, secret) => text.replaceAll(secret, '(hidden)'), said.toString())
    return { ...result, body: Buffer.from(hidden) }
  }
}
