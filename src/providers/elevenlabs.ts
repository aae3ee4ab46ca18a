import type { CallEvent, CallOrder } from '../calls/call.ts'
import { prefixedId } from './agent-field.ts'
import { checkFrom, isSuccess, placementFrom, type PlacementRules, reportFrom } from './answers.ts'
import { accountSidForm } from './credential-form.ts'
import { credential } from './credentials.ts'
import { conversation, eventsOf, reportedEvents, ourIdIn, theirIdsIn } from './elevenlabs-conversation.ts'
import { list, member, text } from './parse.ts'
import type { Account, ProviderDeps, ProviderKind } from '../calls/provider.ts'
import { elevenlabsOptions, telephonies, type Telephony } from './elevenlabs-options.ts'
import { withOptions } from './options.ts'
import { basic, hmac, isFresh, isSame } from './signature.ts'
import { eventsOf as twilioEventsOf, twilioCall } from './twilio-call.ts'
import { asScalar, variablesOf } from './variables.ts'
import { parseJson, requester } from './wire.ts'
import { twilioConsole } from './twilio.ts'

const title = 'ElevenLabs'
const usualAddress = 'https://api.elevenlabs.io'
const twilioAddress = 'https://api.twilio.com'
/** The tolerance of ElevenLabs' SDK for the past; the same for the future is our choice. */
const toleranceMs = 30 * 60_000

const pathOf: Record<Telephony, string> = { twilio: 'twilio', sip_trunk: 'sip-trunk', exotel: 'exotel' }

const telephonyOf = ({ options }: CallOrder): Telephony =>
  telephonies.find((one) => one === options?.telephony) ?? 'twilio'

/**
 * ElevenLabs Agents over the user's own number. Sources: ElevenLabs' API reference ("Outbound call via Twilio", "via SIP
 * trunk", "via Exotel", "Get conversation", "List conversations"), "Post-call webhooks", its SDK; for hanging up, Twilio's
 * "Call resource".
 */
export const elevenlabs: ProviderKind = {
  name: 'elevenlabs',
  title,
  credentials: [
    {
      name: 'api_key',
      label: 'API key',
      required: true,
      description: 'API key with access to ElevenLabs Agents.',
      find: {
        where: 'Create it at ElevenLabs under Settings → API keys. ElevenLabs shows it only once.',
        page: 'https://elevenlabs.io/app/settings/api-keys',
      },
    },
    {
      name: 'hook_secret',
      label: 'Webhook secret',
      provesReports: true,
      required: true,
      description:
        'Secret of the post-call webhook. Choose call_initiation_failure among its events as well.',
      find: {
        where:
          'Create the webhook at ElevenLabs under Settings → Webhooks, which shows its secret only once.',
        page: 'https://elevenlabs.io/docs/eleven-agents/workflows/post-call-webhooks',
      },
    },
    {
      name: 'twilio_account_sid',
      label: 'Twilio Account SID',
      required: false,
      needs: 'twilio_auth_token',
      form: accountSidForm,
      description:
        'Account SID of the Twilio account with the number; needed to hang up, and to learn why a call was not answered.',
      find: twilioConsole,
    },
    {
      name: 'twilio_auth_token',
      label: 'Twilio Auth Token',
      required: false,
      needs: 'twilio_account_sid',
      description: 'Auth token of that Twilio account; needed to hang up.',
      find: twilioConsole,
    },
  ],
  agent: {
    // The SDK's examples still show ids without the prefix, of agents and of numbers.
    ref: {
      label: 'agent ID',
      required: true,
      form: prefixedId('agent_', 20),
      example: 'agent_5401k2ab7cdeftx9q3w6m8hjnp0r',
    },
    from: {
      label: 'phone number ID',
      required: true,
      form: prefixedId('phnum_', 20),
      example: 'phnum_5401k2ab8cdeftx9q3w6m8hjnp0s',
      hint: 'ElevenLabs’ ID of the number to call from, not the number itself. If it is not a Twilio number, set the option telephony.',
    },
  },
  options: elevenlabsOptions,
  capabilities: { details: ['summary', 'transcript', 'costCents', 'durationSeconds'], lookupByCallId: true },
  hookAdvice:
    'At ElevenLabs, create a post-call webhook with this URL, with call_initiation_failure among its events, and choose it for the agent.',
  recordings:
    'ElevenLabs keeps a call’s audio unless the agent’s privacy settings turn storing it off or its retention has passed.',
  regions: [
    { name: 'United States', url: 'https://api.us.elevenlabs.io' },
    { name: 'Europe, data residency', url: 'https://api.eu.residency.elevenlabs.io' },
    { name: 'India, data residency', url: 'https://api.in.residency.elevenlabs.io' },
    { name: 'Singapore, data residency', url: 'https://api.sg.residency.elevenlabs.io' },
  ],
  needsBaseUrl: false,
  connect: (account, deps) => elevenlabsThrough(account, deps),
}

const elevenlabsThrough: ProviderKind['connect'] = (account, { clock, timeoutMs, send }) => {
  const apiKey = credential(account, 'api_key')
  const hookSecret = credential(account, 'hook_secret')
  const address = account.baseUrl ?? usualAddress
  const request = requester(send, address, { 'xi-api-key': apiKey }, timeoutMs)

  /** Searches by the conversation's user, which is our id ("List conversations"). A miss proves nothing. */
  const search = async (id: string) => {
    const query = new URLSearchParams({ user_id: id, page_size: '1' })
    const result = await request(`/v1/convai/conversations?${query}`)
    const listed = result.kind === 'answered' ? list(member(result.json, 'conversations')) : []
    return text(member(listed[0], 'conversation_id'))
  }

  const askCarrier = carrierThrough(account, { timeoutMs, send })

  /** The end of a call that nobody answered: its conversation may stay initiated, but Twilio reports the end. */
  const carrierEvents = async (callSid: string | null | undefined): Promise<CallEvent[]> => {
    const result = askCarrier && callSid ? await askCarrier(callSid) : undefined
    const said = result?.kind === 'answered' ? twilioCall.safeParse(result.json).data : undefined
    const events = said && said.status !== 'in-progress' ? twilioEventsOf(said, clock.now()) : []
    return events.some((event) => event.type === 'answered' || isCompleted(event)) ? [] : events
  }

  return {
    async place(order) {
      if (order.agentRef === null || order.fromNumber === null) {
        const reason = `${title} needs an agent ID and a phone number ID.`
        return { outcome: 'refused', code: 'provider_refused', reason }
      }
      const telephony = telephonyOf(order)
      const result = await request(`/v1/convai/${pathOf[telephony]}/outbound-call`, orderFor(order))
      return placementFrom(title, result, rulesFor(telephony))
    },

    async fetchStatus({ id, providerCallId: held, telephonyCallId }) {
      const conversationId = held ?? (await search(id))
      if (conversationId === undefined) return { outcome: 'unknown', reason: 'it does not list the call' }
      const result = await request(`/v1/convai/conversations/${encodeURIComponent(conversationId)}`)
      const isSearched = held === null
      const read = (json: unknown) => {
        const said = conversation.safeParse(json).data
        const events = said && eventsOf(said, clock.now())
        // A search result must hold our id: the filter may have been ignored.
        if (!events || (isSearched && ourIdIn(said) !== id)) return undefined
        const leg = telephonyCallId ?? theirIdsIn(said).telephonyCallId
        return { providerCallId: conversationId, telephonyCallId: leg, events }
      }
      const report = isSearched ? reportFrom(result, read, () => false) : reportFrom(result, read)
      const isSilent = report.outcome === 'found' && report.events.length === 0
      return isSilent ? { ...report, events: await carrierEvents(report.telephonyCallId) } : report
    },

    /** ElevenLabs has no hang-up of its own (deleting a conversation erases its record): the Twilio leg is ended instead. */
    async end({ telephonyCallId }) {
      if (!askCarrier)
        throw new Error(`${title} cannot hang up without twilio_account_sid and twilio_auth_token.`)
      if (!telephonyCallId)
        throw new Error(`${title} did not return a Twilio call SID, so callgate cannot hang up.`)
      const result = await askCarrier(telephonyCallId, new URLSearchParams({ Status: 'completed' }))
      if (result.kind !== 'answered') throw new Error(`Twilio could not hang up: ${result.reason}.`)
      // A 404 is no success either: the credentials of another Twilio account get it for an active call.
      if (!isSuccess(result.status))
        throw new Error(`Twilio could not hang up: it responded with ${result.status}.`)
    },

    /** ElevenLabs: get conversation audio. */
    async recording({ providerCallId }) {
      if (providerCallId === null) return { outcome: 'none' }
      const path = `/v1/convai/conversations/${encodeURIComponent(providerCallId)}/audio`
      return { outcome: 'found', url: address + path, credentials: { 'xi-api-key': apiKey } }
    },

    /** A key limited to agents may call this. */
    async check() {
      return checkFrom(title, await request('/v1/convai/conversations?page_size=1'), (json) =>
        Array.isArray(member(json, 'conversations')),
      )
    },

    /** `ElevenLabs-Signature: t=<s>,v0=<hex>`: HMAC-SHA256 over the time, a dot and the raw body. */
    verifyEvents({ headers, body }, now) {
      const signature = /^t=(\d+),v0=([0-9a-f]{64})$/.exec(headers.get('elevenlabs-signature') ?? '')
      const [, signedAt = '', digest = ''] = signature ?? []
      const expected = hmac('sha256', hookSecret, 'hex', `${signedAt}.`, body)
      if (!isSame(digest, expected)) return { kind: 'invalid_signature' }
      if (!isFresh(Number(signedAt) * 1000, now, toleranceMs)) return { kind: 'expired' }
      return { kind: 'events', events: reportedEvents(parseJson(body), now) }
    },
  }
}

/** Asks about or changes a call of the Twilio account that the number belongs to; undefined where that is not known. */
const carrierThrough = (
  { baseUrl, credentials }: Account,
  { timeoutMs, send }: Pick<ProviderDeps, 'timeoutMs' | 'send'>,
) => {
  const { twilio_account_sid: sid, twilio_auth_token: token } = credentials
  if (!sid || !token) return undefined
  const headers = { authorization: basic(sid, token) }
  const request = requester(send, telephonyAddress(baseUrl), headers, timeoutMs)
  return (callSid: string, change?: URLSearchParams) =>
    request(`/2010-04-01/Accounts/${sid}/Calls/${encodeURIComponent(callSid)}.json`, change)
}

const isCompleted = (event: CallEvent) => event.type === 'ended' && event.status === 'completed'

/**
 * The address for hanging up. A base URL is for regions and tests. A test's server plays Twilio too; a region of
 * ElevenLabs must never get Twilio's token.
 */
export const telephonyAddress = (baseUrl: string | null) =>
  baseUrl === null || /(^|\.)elevenlabs\.io$/.test(new URL(baseUrl).hostname) ? twilioAddress : baseUrl

/** ElevenLabs: outbound call. Dynamic variables are scalars, and the prefix `system__` is reserved. */
const orderFor = (order: CallOrder) => {
  const variables = Object.entries(variablesOf(order, asScalar))
  const { telephony: _, ...options } = order.options ?? {}
  return withOptions(options, {
    agent_id: order.agentRef,
    agent_phone_number_id: order.fromNumber,
    to_number: order.phoneNumber,
    conversation_initiation_client_data: {
      user_id: order.id,
      dynamic_variables: Object.fromEntries(variables.filter(([name]) => !name.startsWith('system__'))),
    },
  })
}

/** Only the call SID of a Twilio number is one that can be hung up at Twilio. */
const rulesFor = (telephony: Telephony): PlacementRules => ({
  idIn: (json) => text(member(json, 'conversation_id')),
  telephonyIdIn: (json) => (telephony === 'twilio' ? text(member(json, 'callSid')) : undefined),
  complaintIn: (json) => complaintIn(json),
  isCapacity: (status, complaint) => status === 429 || /concurren|system_busy/i.test(complaint),
  denialIn: (json) => (member(json, 'success') === false ? 'not placed' : undefined),
})

/**
 * `success: false` comes with status 200. In other errors, `detail` is a text, an object, or a list of validation
 * errors.
 */
const complaintIn = (json: unknown): string | undefined => {
  if (member(json, 'success') === false) return text(member(json, 'message')) ?? 'success: false'
  const detail = member(json, 'detail')
  if (Array.isArray(detail)) return detail.map((one) => text(member(one, 'msg')) ?? 'invalid').join('; ')
  const parts = [detail, member(detail, 'status'), member(detail, 'message')].map(text)
  return parts.filter((part) => part !== undefined).join(': ')
}
