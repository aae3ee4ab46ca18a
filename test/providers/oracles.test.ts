import { expect, test } from 'bun:test'
import fc from 'fast-check'
import Retell from 'retell-sdk'
import { sign as signAsRetell } from 'retell-sdk/lib/webhook_auth'
import { Webhook } from 'standardwebhooks'
import { getExpectedTwilioSignature, validateRequest } from 'twilio/lib/webhooks/webhooks'
import { http } from '../../src/providers/http.ts'
import type { Provider, ProviderKind } from '../../src/calls/provider.ts'
import { retell } from '../../src/providers/retell.ts'
import { twilio } from '../../src/providers/twilio.ts'
import { send } from '../support/send.ts'

const hook = 'https://gate.test:8443/hooks/any/account'
const now = () => Date.now()
const connected = (kind: ProviderKind, credentials: Record<string, string>): Provider =>
  kind.connect(
    { id: 'account', baseUrl: 'https://api.test', credentials, hookUrl: hook },
    { clock: { now }, timeoutMs: 1, send },
  )
const isBelieved = (provider: Provider, headers: Record<string, string>, body: string, url = hook) =>
  provider.verifyEvents({ headers: new Headers(headers), body: Buffer.from(body), url }, now()).kind ===
  'events'

/** Changes one character of a text, so that a signature over it, or it as a signature, is wrong. */
const tampered = (text: string, at: number) => {
  const place = at % text.length
  return text.slice(0, place) + (text[place] === 'a' ? 'b' : 'a') + text.slice(place + 1)
}

const words = fc.string({ minLength: 1, unit: fc.constantFrom(...'aZ09 +=&%/?.,:ü€') })

test('what Retell’s own package signs is believed, and what it does not verify is not', async () => {
  await fc.assert(
    fc.asyncProperty(words, words, fc.nat(), async (said, word, at) => {
      const apiKey = `key_${Buffer.from(word).toString('hex')}`
      const body = JSON.stringify({ event: 'call_started', call: { call_id: said } })
      const signature = await signAsRetell(body, apiKey)
      const provider = connected(retell, { api_key: apiKey })
      expect(isBelieved(provider, { 'x-retell-signature': signature }, body)).toBe(true)
      const wrong = tampered(signature, at)
      const verdict = await Retell.verify(body, apiKey, wrong).catch(() => false)
      expect(isBelieved(provider, { 'x-retell-signature': wrong }, body)).toBe(verdict)
    }),
  )
})

test('Twilio’s own package and ours give every request the same verdict', () => {
  const form = fc.dictionary(fc.constantFrom('CallSid', 'CallStatus', 'To', 'From', 'CallDuration'), words)
  fc.assert(
    fc.property(form, words, fc.nat(), (fields, said, at) => {
      const token = 'a-twilio-token'
      const url = `${hook}?call=${encodeURIComponent(said)}`
      const provider = connected(twilio, { account_sid: 'AC1', auth_token: token })
      const body = new URLSearchParams(fields).toString()
      const right = getExpectedTwilioSignature(token, url, fields)
      for (const signature of [right, tampered(right, at)])
        expect(isBelieved(provider, { 'x-twilio-signature': signature }, body, url)).toBe(
          validateRequest(token, signature, url, fields),
        )
    }),
  )
})

test('what the Standard Webhooks package signs for one’s own dialler is believed, and nothing changed is', () => {
  const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
  const provider = connected(http, { hook_secret: secret })
  fc.assert(
    fc.property(words, fc.nat(), (said, at) => {
      const body = JSON.stringify({ call_id: said, status: 'ringing' })
      const signed = {
        'webhook-id': 'msg_1',
        'webhook-timestamp': String(Math.floor(now() / 1000)),
        'webhook-signature': new Webhook(secret).sign('msg_1', new Date(now()), body),
      }
      expect(isBelieved(provider, signed, body)).toBe(true)
      expect(isBelieved(provider, signed, tampered(body, at))).toBe(false)
    }),
  )
})
