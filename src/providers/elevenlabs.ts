import type { CallOrder } from '../calls/call.ts'
import { prefixedId } from './agent-field.ts'
import { checkFrom, isSuccess, placementFrom, type PlacementRules, reportFrom } from './answers.ts'
import { accountSidForm } from './credential-form.ts'
import { credential } from './credentials.ts'
import { joinId, splitId } from './call-id.ts'
import { conversation, eventsOf, reportedEvents, ourIdIn } from './elevenlabs-conversation.ts'
import { list, member, text } from './parse.ts'
import type { ProviderKind } from '../calls/provider.ts'
import { flag, object, oneOf, whole } from './option-forms.ts'
import { withOptions } from './options.ts'
import { basic, hmac, isFresh, isSame } from './signature.ts'
import { asScalar, variablesOf } from './variables.ts'
import { parseJson, requester } from './wire.ts'

const title = 'ElevenLabs'
const usualAddress = 'https://api.elevenlabs.io'
const twilioAddress = 'https://api.twilio.com'
/** As ElevenLabs' SDK has it for the past; the future is ours. */
const toleranceMs = 30 * 60_000

const telephonies = ['twilio', 'sip_trunk', 'exotel'] as const
type Telephony = (typeof telephonies)[number]
const pathOf: Record<Telephony, string> = { twilio: 'twilio', sip_trunk: 'sip-trunk', exotel: 'exotel' }

const telephonyOf = ({ options }: CallOrder): Telephony =>
  telephonies.find((one) => one === options?.telephony) ?? 'twilio'

/**
 * ElevenLabs Agents through a number of one's own. Sources: ElevenLabs' API reference ("Outbound call via Twilio", "via SIP trunk",
 * "via Exotel",
 * "Get conversation", "List conversations"), "Post-call webhooks", its SDK; for hanging up, Twilio's "Call resource".
 */
export const elevenlabs: ProviderKind = {
  name: 'elevenlabs',
  title,
  credentials: [
    {
      name: 'api_key',
      required: true,
      description: 'Places the calls: an API key that may use ElevenLabs Agents',
    },
    {
      name: 'hook_secret',
      required: true,
      description: 'The secret that ElevenLabs shows once, when the post-call webhook is made',
    },
    {
      name: 'twilio_account_sid',
      required: false,
      form: accountSidForm,
      description: 'For hanging up: the Twilio account that the number belongs to',
    },
    {
      name: 'twilio_auth_token',
      required: false,
      description: 'For hanging up: the auth token of that Twilio account',
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
      hint: 'ElevenLabs’ ID of the number to call from, not the number. For one that is not Twilio’s, set the option telephony.',
    },
  },
  options: [
    oneOf(
      {
        name: 'telephony',
        description:
          'What kind of number it calls from: one of Twilio, of a SIP trunk or of Exotel. Only calls from Twilio’s can be ended.',
      },
      ...telephonies,
    ),
    object(
      {
        name: 'conversation_initiation_client_data.conversation_config_override',
        description: 'What of the agent is different in this call, as far as the agent allows overrides.',
      },
      '{"agent":{"first_message":"Hello!"}}',
    ),
    flag({ name: 'call_recording_enabled', description: 'Whether ElevenLabs keeps the audio.' }),
    whole(
      {
        name: 'telephony_call_config.ringing_timeout_secs',
        description: 'How long it rings before it counts as not answered.',
      },
      1,
      600,
    ),
    flag({
      name: 'telephony_call_config.twilio_call_recording_enabled',
      description: 'Records in your Twilio account too.',
    }),
    oneOf(
      {
        name: 'telephony_call_config.twilio_machine_detection.mode',
        description: 'Detects an answering machine, through Twilio, which charges for it.',
      },
      'enable',
      'detect_message_end',
    ),
  ],
  capabilities: { details: ['summary', 'transcript', 'durationSeconds'], lookupByCallId: true },
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

  /** By the user of the conversation, which is our id ("List conversations"). Not to find it there proves nothing. */
  const search = async (id: string) => {
    const query = new URLSearchParams({ user_id: id, page_size: '1' })
    const result = await request(`/v1/convai/conversations?${query}`)
    const listed = result.kind === 'answered' ? list(member(result.json, 'conversations')) : []
    return text(member(listed[0], 'conversation_id'))
  }

  return {
    async place(order) {
      if (order.agentRef === null || order.fromNumber === null) {
        const reason = `${title} needs an agent id and an agent phone number id.`
        return { outcome: 'refused', code: 'provider_refused', reason }
      }
      const telephony = telephonyOf(order)
      const result = await request(`/v1/convai/${pathOf[telephony]}/outbound-call`, orderFor(order))
      return placementFrom(title, result, { ...placementRules, idIn: (json) => idIn(json, telephony) })
    },

    async fetchStatus({ id, providerCallId }) {
      const held = splitId(providerCallId)
      const conversationId = held.conversationId ?? (await search(id))
      if (conversationId === undefined) return { outcome: 'unknown', reason: 'it does not list the call' }
      const result = await request(`/v1/convai/conversations/${encodeURIComponent(conversationId)}`)
      const isSearched = held.conversationId === undefined
      const read = (json: unknown) => {
        const said = conversation.safeParse(json).data
        const events = said && eventsOf(said, clock.now())
        // What was searched for has to prove that it is ours: a filter may have been passed over.
        if (!events || (isSearched && ourIdIn(said) !== id)) return undefined
        const theirs = joinId(conversationId, held.callSid ?? said.metadata?.phone_call?.call_sid)
        return { providerCallId: theirs ?? conversationId, events }
      }
      return isSearched ? reportFrom(result, read, () => false) : reportFrom(result, read)
    },

    /** ElevenLabs has no hang-up of its own (deleting a conversation erases its record): the Twilio leg is ended instead. */
    async end({ providerCallId }) {
      const { twilio_account_sid: sid, twilio_auth_token: token } = account.credentials
      if (!sid || !token)
        throw new Error(`${title} cannot hang up without twilio_account_sid and twilio_auth_token.`)
      const { callSid } = splitId(providerCallId)
      if (callSid === undefined) throw new Error(`${title} gave no Twilio call sid to hang up by.`)
      const path = `/2010-04-01/Accounts/${sid}/Calls/${encodeURIComponent(callSid)}.json`
      const twilio = requester(
        send,
        telephonyAddress(account.baseUrl),
        { authorization: basic(sid, token) },
        timeoutMs,
      )
      const result = await twilio(path, new URLSearchParams({ Status: 'completed' }))
      if (result.kind !== 'answered') throw new Error(`Twilio could not hang up: ${result.reason}.`)
      // Not even a 404 is good: it is also what the credentials of another Twilio account get for a call that goes on.
      if (!isSuccess(result.status))
        throw new Error(`Twilio could not hang up: it answered ${result.status}.`)
    },

    /** ElevenLabs: get conversation audio. */
    async recording({ providerCallId }) {
      const { conversationId } = splitId(providerCallId)
      if (conversationId === undefined) return { outcome: 'none' }
      const path = `/v1/convai/conversations/${encodeURIComponent(conversationId)}/audio`
      return { outcome: 'found', url: address + path, credentials: { 'xi-api-key': apiKey } }
    },

    /** A key for agents alone may read it. */
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

/**
 * Where to hang up. A base URL is for regions and tests: a test's serves both sides, because Twilio's cannot be set apart,
 * while a region of ElevenLabs is no place for Twilio's token.
 */
export const telephonyAddress = (baseUrl: string | null) =>
  baseUrl === null || /(^|\.)elevenlabs\.io$/.test(new URL(baseUrl).hostname) ? twilioAddress : baseUrl

/** ElevenLabs: outbound call. Its variables are scalars, and `system__` is theirs. */
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

/** A call sid of Exotel's is none of Twilio's, where calls are hung up. */
const idIn = (json: unknown, telephony: Telephony) =>
  joinId(
    text(member(json, 'conversation_id')),
    telephony === 'twilio' ? text(member(json, 'callSid')) : undefined,
  )

const placementRules: Omit<PlacementRules, 'idIn'> = {
  complaintIn: (json) => complaintIn(json),
  isCapacity: (status, complaint) => status === 429 || /concurren|system_busy/i.test(complaint),
  denialIn: (json) => (member(json, 'success') === false ? 'not placed' : undefined),
}

/** `success: false` comes with a 200; of other errors, `detail` is a text, an object, or a list where validation failed. */
const complaintIn = (json: unknown): string | undefined => {
  if (member(json, 'success') === false) return text(member(json, 'message')) ?? 'success: false'
  const detail = member(json, 'detail')
  if (Array.isArray(detail)) return detail.map((one) => text(member(one, 'msg')) ?? 'invalid').join('; ')
  const parts = [detail, member(detail, 'status'), member(detail, 'message')].map(text)
  return parts.filter((part) => part !== undefined).join(': ')
}
