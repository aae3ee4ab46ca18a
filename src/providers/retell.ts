import { z } from 'zod'
import type { CallOrder } from '../calls/call.ts'
import { e164, prefixedId } from './agent-field.ts'
import { checkFrom, isSuccess, placementFrom, type PlacementRules, reportFrom } from './answers.ts'
import { uuidSource } from './credential-form.ts'
import { credential } from './credentials.ts'
import { member, text } from './parse.ts'
import { flag, object, whole } from './option-forms.ts'
import { withOptions } from './options.ts'
import type { ProviderKind, Report } from '../calls/provider.ts'
import { eventsOf, recordingLinkIn, reportedEvents, retellCall } from './retell-call.ts'
import { hmac, isFresh, isSame } from './signature.ts'
import { asText, variablesOf } from './variables.ts'
import { type Answered, parseJson, requester } from './wire.ts'

const title = 'Retell'
const usualAddress = 'https://api.retellai.com'
/** The form in Retell's dashboard. A UUID is valid too: old workspaces may still have such a key. */
const issuedKey = {
  pattern: new RegExp(`^(?:key_\\w+|${uuidSource})$`, 'i'),
  words: 'an API key of Retell begins with key_',
}
const apiKeysPage = 'https://docs.retellai.com/accounts/api-keys-overview'

/** The tolerance of Retell's SDK (webhook_auth), for the past and the future. */
const toleranceMs = 5 * 60_000

/** Retell AI. Sources: its API reference ("Create phone call", "Get call", "Stop call"), "Webhook overview", its SDK. */
export const retell: ProviderKind = {
  name: 'retell',
  title,
  credentials: [
    {
      name: 'api_key',
      label: 'API key',
      // Without a hook_key.
      provesReports: true,
      required: true,
      issued: issuedKey,
      description: 'API key of your workspace.',
      find: { where: 'Find it in Retell’s dashboard under Settings → API Keys.', page: apiKeysPage },
    },
    {
      name: 'hook_key',
      label: 'API key with the webhook badge',
      provesReports: true,
      required: false,
      issued: issuedKey,
      description:
        'The API key with the webhook badge, if it is a different one. Retell signs its webhooks with it.',
      find: { where: 'Find it in the same list, which shows the badge.', page: apiKeysPage },
    },
  ],
  agent: {
    ref: {
      label: 'agent ID',
      required: false,
      // The API reference still shows ids without the prefix.
      form: prefixedId('agent_', 32),
      example: 'agent_1ffdb9717d8b4b5d9a3c6e2f70',
      hint: 'Without it, Retell uses the agent that the number is bound to.',
    },
    from: {
      label: 'from number',
      required: true,
      form: e164,
      example: '+14157774444',
      hint: 'A number that you bought from Retell or imported.',
    },
  },
  options: [
    whole({ name: 'override_agent_version', description: 'The version of the agent.' }, 0, 1_000_000),
    object(
      {
        name: 'agent_override',
        description:
          'Settings of the agent, its LLM or its conversation flow for this call, such as voicemail detection.',
      },
      '{"agent":{"voice_speed":1.1}}',
      ['agent.webhook_url', 'agent.webhook_events', 'agent.max_call_duration_ms'],
    ),
    object(
      {
        name: 'custom_sip_headers',
        description: 'Headers for your own SIP trunk; their names begin with X-.',
      },
      '{"X-Campaign":"spring"}',
    ),
    flag({
      name: 'ignore_e164_validation',
      description: 'Passes the number to your own SIP trunk without checking it.',
    }),
  ],
  capabilities: {
    details: ['summary', 'sentiment', 'transcript', 'recordingRef', 'costCents', 'durationSeconds'],
    lookupByCallId: true,
  },
  hookAdvice:
    'At Retell, paste it as the webhook URL of the agent, or of the account. A URL of the agent overrides the account’s.',
  recordings:
    'Retell records a call unless the agent’s data storage setting keeps basic attributes only or its recordings have expired.',
  domain: 'retellai.com',
  needsBaseUrl: false,
  connect: (account, deps) => retellThrough(account, deps),
}

const retellThrough: ProviderKind['connect'] = (account, { clock, timeoutMs, send }) => {
  const apiKey = credential(account, 'api_key')
  const hookKey = account.credentials.hook_key || apiKey
  const address = account.baseUrl ?? usualAddress
  const request = requester(send, address, { authorization: `Bearer ${apiKey}` }, timeoutMs)

  /**
   * Searches by our id in the metadata (SDK: list calls). An empty list means `not_found`, whether the filter worked or
   * not. A list of other calls proves nothing: the filter was ignored, and only one page is read.
   */
  const search = async (id: string): Promise<Report> => {
    const metadata = [{ type: 'string', op: 'eq', key: 'call_id', value: id }]
    const result = await request('/v3/list-calls', { filter_criteria: { metadata } })
    const read = (json: unknown) => {
      const listed = z.array(z.unknown()).safeParse(member(json, 'items') ?? json).data ?? []
      const ours = listed.find((one) => member(member(one, 'metadata'), 'call_id') === id)
      const call = retellCall.safeParse(ours).data
      const events = call && eventsOf(call, clock.now())
      return call && events && { providerCallId: call.call_id, events }
    }
    const isEmpty = ({ status, json }: Answered) => isSuccess(status) && emptyList.safeParse(json).success
    return reportFrom(result, read, isEmpty)
  }

  return {
    async place(order) {
      if (order.fromNumber === null)
        return {
          outcome: 'refused',
          code: 'provider_refused',
          reason: `${title} needs a number to call from.`,
        }
      return placementFrom(title, await request('/v2/create-phone-call', orderFor(order)), placementRules)
    },

    async fetchStatus({ id, providerCallId }) {
      if (providerCallId === null) return await search(id)
      const result = await request(`/v2/get-call/${encodeURIComponent(providerCallId)}`)
      const read = (json: unknown) => {
        const call = retellCall.safeParse(json).data
        const events = call && eventsOf(call, clock.now())
        return events && { providerCallId, events }
      }
      return reportFrom(result, read, isNotFound)
    },

    async end({ providerCallId }) {
      if (providerCallId === null) throw new Error(`${title} gave no id to hang up by.`)
      const result = await request(`/v2/stop-call/${encodeURIComponent(providerCallId)}`, {})
      if (result.kind !== 'answered') throw new Error(`${title} could not hang up: ${result.reason}.`)
      if (!isSuccess(result.status) && !isNotFound(result))
        throw new Error(`${title} could not hang up: it responded with ${result.status}.`)
    },

    /** Retell: get call. Its links may be signed for a day, so that each time a new one is asked for. */
    async recording({ providerCallId }) {
      if (providerCallId === null) return { outcome: 'none' }
      const result = await request(`/v2/get-call/${encodeURIComponent(providerCallId)}`)
      if (result.kind !== 'answered') return { outcome: 'unknown', reason: result.reason }
      if (isNotFound(result)) return { outcome: 'none' }
      const call = isSuccess(result.status) ? retellCall.safeParse(result.json).data : undefined
      if (!call) return { outcome: 'unknown', reason: `it answered ${result.status}` }
      const url = recordingLinkIn(call)
      return url === undefined ? { outcome: 'none' } : { outcome: 'found', url, credentials: {} }
    },

    async check() {
      return checkFrom(
        title,
        await request('/get-concurrency'),
        (json) => typeof member(json, 'concurrency_limit') === 'number',
      )
    },

    /** `x-retell-signature: v=<ms>,d=<hex>`: HMAC-SHA256 over the raw body and, right behind it, the time. */
    verifyEvents({ headers, body }, now) {
      const signature = /^v=(\d+),d=([0-9a-f]{64})$/i.exec(headers.get('x-retell-signature') ?? '')
      const [, signedAt = '', digest = ''] = signature ?? []
      const expected = hmac('sha256', hookKey, 'hex', body, signedAt)
      if (!isSame(digest.toLowerCase(), expected)) return { kind: 'invalid_signature' }
      if (!isFresh(Number(signedAt), now, toleranceMs)) return { kind: 'expired' }
      return { kind: 'events', events: reportedEvents(parseJson(body), now) }
    },
  }
}

/** Retell: create phone call. Dynamic variables are strings. */
const orderFor = (order: CallOrder) =>
  withOptions(order.options, {
    from_number: order.fromNumber,
    to_number: order.phoneNumber,
    ...(order.agentRef === null ? {} : { override_agent_id: order.agentRef }),
    metadata: { ...order.metadata, call_id: order.id },
    retell_llm_dynamic_variables: variablesOf(order, asText),
  })

const placementRules: PlacementRules = {
  idIn: (json) => text(member(json, 'call_id')),
  complaintIn: (json) => {
    if (member(json, 'status') === 'error' || text(member(json, 'call_id')) === undefined)
      return text(member(json, 'message')) ?? text(member(json, 'status'))
    // At the concurrency limit Retell may also create a call that is over at once; its reason for outbound calls is not
    // documented.
    return isOverAtOnce(json)
      ? (text(member(json, 'disconnection_reason')) ?? text(member(json, 'call_status')))
      : undefined
  },
  denialIn: (json) => {
    if (isOverAtOnce(json)) return 'over'
    return member(json, 'status') === 'error' ? 'not placed' : undefined
  },
  isCapacity: (status, complaint) => status === 429 || /concurren/i.test(complaint),
}

const isOverAtOnce = (json: unknown) =>
  ['error', 'not_connected'].includes(text(member(json, 'call_status')) ?? '')

const emptyList = z.object({ items: z.tuple([]), has_more: z.literal(false) })

/** Retell documents no 404: an unknown id gets a 422 with this message. */
const isNotFound = ({ status, json }: Answered) =>
  status === 404 || (status === 422 && /cannot find/i.test(text(member(json, 'message')) ?? ''))
