import type { Send } from '../outgoing/send.ts'

/** Shorter values would also match unrelated text. */
const secretLeast = 8

/**
 * Wraps `send` and removes credentials from the response: some providers quote a rejected key, and their message
 * becomes a call's reason, which is stored and shown. An account's SID and a header's name stay, because they
 * are no secrets.
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
