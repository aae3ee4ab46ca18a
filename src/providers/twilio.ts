import type { CallOrder } from '../calls/call.ts'
import { e164 } from './agent-field.ts'
import { checkFrom, isSuccess, placementFrom, reportFrom } from './answers.ts'
import { accountSidForm } from './credential-form.ts'
import { credential } from './credentials.ts'
import { member, text } from './parse.ts'
import type { Placement, ProviderKind } from '../calls/provider.ts'
import { basic, hmac, isSame } from './signature.ts'
import { twilioOptions } from './twilio-options.ts'
import { eventsOf, isFinal, reportedEvents, twilioCall } from './twilio-call.ts'
import { asText, variablesOf } from './variables.ts'
import { requester } from './wire.ts'

const title = 'Twilio'
const usualAddress = 'https://api.twilio.com'
/** Twilio: make a call, TimeLimit (recalled). */
const longestCallSeconds = 14_400
const callbackEvents = ['initiated', 'ringing', 'answered', 'completed']
/** Twilio: errors 10004 (too many concurrent calls) and 20429 (too many requests at once, none of them processed). */
const capacityCodes = /^(10004|20429)\b/

/** Where people find the account’s SID and token. */
export const twilioConsole = {
  where: 'Find it on the first page of the Twilio Console under Account Info.',
  page: 'https://console.twilio.com/',
}
const apiKeysPage = 'https://www.twilio.com/docs/iam/api-keys/keys-in-console'

/**
 * A telephony leg over Twilio. Twilio has no variables, so `call_id`, `name`, `email` and the metadata are appended to
 * the query of the agent's URL, unless its own query has the name. With an application SID they are not sent, and
 * Twilio reports to the application's own status callback: set that to this account's hook, or only status requests
 * find the end.
 */
export const twilio: ProviderKind = {
  name: 'twilio',
  title,
  credentials: [
    {
      name: 'account_sid',
      label: 'Account SID',
      required: true,
      form: accountSidForm,
      description: 'SID of your account: AC and 32 hex digits.',
      find: twilioConsole,
    },
    {
      name: 'auth_token',
      label: 'Auth Token',
      provesReports: true,
      required: true,
      description: 'Primary auth token of the account. Twilio also signs its reports with it.',
      find: twilioConsole,
    },
    {
      name: 'api_key_sid',
      label: 'API key SID',
      required: false,
      needs: 'api_key_secret',
      form: { pattern: /^SK[\da-f]{32}$/i, words: 'it must be SK and 32 hex digits' },
      description:
        'SID of an API key, to send requests with instead of the auth token: SK and 32 hex digits.',
      find: { where: 'Create the key in the Twilio Console under API keys & tokens.', page: apiKeysPage },
    },
    {
      name: 'api_key_secret',
      label: 'API key secret',
      required: false,
      needs: 'api_key_sid',
      description: 'Secret of that API key.',
      find: { where: 'Twilio shows it only when you create the key.', page: apiKeysPage },
    },
  ],
  agent: {
    ref: {
      label: 'TwiML URL or application SID',
      required: true,
      form: {
        expected: 'an https URL, or AP and 32 hex digits',
        accepts: (ref) => isApplicationSid(ref) || isWebAddress(ref),
      },
      example: 'https://twiml.example/answer',
      hint: 'A URL gets call_id, name, email and metadata in its query. An application gets none of them; set its status callback to this account’s hook URL.',
    },
    from: {
      label: 'caller ID',
      required: true,
      // Twilio: create a call. To is always a phone number here, so From must be one too.
      form: e164,
      example: '+15550001111',
      hint: 'A Twilio number or a verified caller ID.',
    },
  },
  options: twilioOptions,
  capabilities: { details: ['costCents', 'durationSeconds'], lookupByCallId: false },
  hookAdvice: 'You don’t need to paste it: callgate sends it to Twilio with every call.',
  recordings:
    'Twilio records a call only with the option Record=true of the agent or the order, or if its TwiML says so with <Record> or <Dial record>.',
  domain: 'twilio.com',
  // Twilio: using the REST API in a non-US Region. Auth tokens and API keys are of one region each.
  regions: [
    { name: 'Ireland', url: 'https://api.dublin.ie1.twilio.com' },
    { name: 'Australia', url: 'https://api.sydney.au1.twilio.com' },
    { name: 'Japan', url: 'https://api.tokyo.jp1.twilio.com' },
  ],
  needsBaseUrl: false,
  connect: (account, deps) => twilioThrough(account, deps),
}

const twilioThrough: ProviderKind['connect'] = (account, { clock, timeoutMs, send }) => {
  const sid = credential(account, 'account_sid')
  const token = credential(account, 'auth_token')
  const address = `${account.baseUrl ?? usualAddress}/2010-04-01/Accounts/${encodeURIComponent(sid)}`
  const { api_key_sid: keySid, api_key_secret: keySecret } = account.credentials
  const hasKey = keySid !== undefined && keySecret !== undefined
  const authorization = hasKey ? basic(keySid, keySecret) : basic(sid, token)
  const request = requester(send, address, { authorization }, timeoutMs)
  const answer = async (path: string, form?: Record<string, string>) => {
    const result = await request(path, form && new URLSearchParams(form))
    if (result.kind !== 'answered') throw new Error(result.reason)
    return result
  }

  return {
    async place(order) {
      const target = targetOf(order)
      if (!target) return refusal('the agent’s ID is neither an https URL nor an application SID')
      if (order.fromNumber === null) return refusal('the agent has no number to call from')
      const form = new URLSearchParams([
        ['To', order.phoneNumber],
        ['From', order.fromNumber],
        target,
        ['StatusCallback', `${account.hookUrl}?call=${order.id}`],
        ...callbackEvents.map((event) => ['StatusCallbackEvent', event]),
        ['TimeLimit', String(timeLimitOf(order))],
        ...Object.entries(order.options ?? {}).map(([name, value]) => [name, asText(value)]),
      ])
      return placementFrom(title, await request('/Calls.json', form), {
        idIn: (json) => text(member(json, 'sid')),
        complaintIn,
        isCapacity: (status, complaint) => status === 429 || capacityCodes.test(complaint),
      })
    },

    /**
     * `not_found` is never given without an id: Twilio's call resource does not hold ours, and another call between the
     * same numbers looks the same. The signed callback names our id.
     */
    async fetchStatus({ providerCallId }) {
      if (providerCallId === null)
        return { outcome: 'unknown', reason: 'Twilio can only look up calls by its own call ID' }
      return reportFrom(await request(pathOf(providerCallId)), (json) => {
        const said = twilioCall.safeParse(json).data
        return said && { providerCallId, events: eventsOf(said, clock.now()) }
      })
    },

    /** `canceled` works until the answer, `completed` after it: in this order no call slips through in between. */
    async end({ providerCallId }) {
      if (providerCallId === null) throw new Error('Twilio has not reported an ID for the call yet.')
      const path = pathOf(providerCallId)
      if (isGone(await answer(path, { Status: 'canceled' }))) return
      const completed = await answer(path, { Status: 'completed' })
      if (isSuccess(completed.status) || isGone(completed)) return
      // A call that cannot be hung up may be over.
      if (!isGone(await answer(path))) throw new Error(`it responded with ${completed.status}`)
    },

    /** Twilio: list recordings, fetch a recording's media. Of several, the newest that is whole. */
    async recording({ providerCallId }) {
      if (providerCallId === null) return { outcome: 'none' }
      const result = await request(`/Calls/${encodeURIComponent(providerCallId)}/Recordings.json`)
      if (result.kind !== 'answered') return { outcome: 'unknown', reason: result.reason }
      if (result.status === 404) return { outcome: 'none' }
      const recordings = member(result.json, 'recordings')
      if (!isSuccess(result.status) || !Array.isArray(recordings))
        return { outcome: 'unknown', reason: `it answered ${result.status}` }
      const finished = recordings.find((one) => member(one, 'status') === 'completed')
      const recordingSid = text(member(finished, 'sid'))
      if (recordingSid === undefined)
        return recordings.length === 0
          ? { outcome: 'none' }
          : { outcome: 'unknown', reason: 'the recording is not ready yet' }
      const url = `${address}/Recordings/${encodeURIComponent(recordingSid)}.mp3`
      return { outcome: 'found', url, credentials: { authorization } }
    },

    async check() {
      // Twilio: API keys may not read the account itself, unless they are main keys.
      return hasKey
        ? checkFrom(title, await request('/Calls.json?PageSize=1'), (json) =>
            Array.isArray(member(json, 'calls')),
          )
        : checkFrom(title, await request('.json'), (json) => member(json, 'sid') === sid)
    },

    /** The signature covers no time. A replay repeats events of the same call, which change nothing. */
    verifyEvents({ headers, body, url }, now) {
      const fields = new URLSearchParams(Buffer.from(body).toString('utf8'))
      const signature = headers.get('x-twilio-signature') ?? ''
      const isSigned = (spelling: string) =>
        isSame(signature, hmac('sha1', token, 'base64', spelling, signedForm(fields)))
      if (!spellingsOf(url).some(isSigned)) return { kind: 'invalid_signature' }
      return { kind: 'events', events: reportedEvents(fields, new URL(url).searchParams.get('call'), now) }
    },
  }
}

const pathOf = (sid: string) => `/Calls/${encodeURIComponent(sid)}.json`

const refusal = (reason: string): Placement => ({
  outcome: 'refused',
  code: 'provider_refused',
  reason: `${title}: ${reason}.`,
})

const targetOf = (order: CallOrder): [string, string] | undefined => {
  const ref = order.agentRef ?? ''
  if (isApplicationSid(ref)) return ['ApplicationSid', ref]
  return isWebAddress(ref) ? ['Url', addressWith(ref, Object.entries(variablesOf(order, asText)))] : undefined
}

const isApplicationSid = (ref: string) => /^AP[0-9a-f]{32}$/i.test(ref)
const isWebAddress = (ref: string) => /^https:\/\//i.test(ref) && URL.canParse(ref)

/** The URL's own query stays unchanged, and takes precedence over a variable of the same name. */
const addressWith = (ref: string, variables: [string, string][]) => {
  const url = new URL(ref)
  const added = new URLSearchParams(variables.filter(([name]) => !url.searchParams.has(name)))
  url.search = [url.search.slice(1), String(added)].filter((part) => part !== '').join('&')
  return url.href
}

const timeLimitOf = ({ createdAt, expiresAt }: CallOrder) =>
  Math.max(1, Math.min(longestCallSeconds, Math.ceil((expiresAt - createdAt) / 1000)))

/**
 * Twilio's error messages quote URLs, and ours hold personal data in the query: they are removed from a call's reason.
 */
const complaintIn = (json: unknown) => {
  const message = text(member(json, 'message'))?.replaceAll(/[a-z][a-z+.-]*:\/\/\S+/gi, '…')
  const code = member(json, 'code')
  return typeof code === 'number' && message !== undefined ? `${code}: ${message}` : message
}

/**
 * Twilio: webhooks security. Names and values, sorted by name; repeated names with each distinct value once, sorted.
 */
const signedForm = (fields: URLSearchParams) =>
  [...new Set(fields.keys())]
    .toSorted()
    .flatMap((name) => [...new Set(fields.getAll(name))].toSorted().map((value) => name + value))
    .join('')

/** The URL with and without its port: Twilio signs either, as its own SDK handles. */
const spellingsOf = (url: string) => {
  const [, scheme = '', host = '', port, rest = ''] =
    /^(https?:\/\/)(\[[^\]]*\]|[^/?#:]*)(:\d+)?(.*)$/.exec(url) ?? []
  const usualPort = scheme === 'https://' ? ':443' : ':80'
  return [`${scheme}${host}${rest}`, `${scheme}${host}${port ?? usualPort}${rest}`]
}

/** True for a response after which there is nothing to hang up. */
const isGone = ({ status, json }: { status: number; json: unknown }) =>
  status === 404 || (isSuccess(status) && isFinal(text(member(json, 'status')) ?? ''))
