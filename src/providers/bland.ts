import type { CallOrder } from '../calls/call.ts'
import { e164, uuid } from './agent-field.ts'
import { checkFrom, isSuccess, placementFrom, reportFrom } from './answers.ts'
import { blandCallIn, eventsOf, idOf, isCapacity, reportedEvents } from './bland-call.ts'
import { credential } from './credentials.ts'
import { list, member, text } from './parse.ts'
import { flag, object, ofForm, whole, words } from './option-forms.ts'
import { withOptions } from './options.ts'
import type { CallReference, ProviderKind, Report } from '../calls/provider.ts'
import { hmac, isSame } from './signature.ts'
import { variablesOf } from './variables.ts'
import { parseJson, requester, requestJson, tidy } from './wire.ts'

const title = 'Bland'
/** Bland: send call. Its own default for `max_duration`. */
const longestMinutes = 30
/** The most calls to a number, newest first, that are checked for a lost order. */
const candidatesLimit = 5

/**
 * Pathways at Bland. It reports once, after the call, to the hook that each order names, and says nothing of the start.
 * Sources: Bland's API reference ("Send call", "Call details", "List calls", "Stop active call"), "Webhook signing".
 */
export const bland: ProviderKind = {
  name: 'bland',
  title,
  credentials: [
    {
      name: 'api_key',
      label: 'API key',
      required: true,
      description: 'API key of your account.',
      find: {
        where: 'Find it in Bland’s dashboard under Settings.',
        page: 'https://docs.bland.ai/quickstart',
      },
    },
    {
      name: 'hook_secret',
      label: 'Webhook signing secret',
      provesReports: true,
      required: true,
      description: 'Secret that Bland signs its reports with.',
      find: {
        where:
          'Create it in Bland’s dashboard under Account Settings → Keys → Replace Secret. Bland shows it only once.',
        page: 'https://docs.bland.ai/tutorials/webhook-signing',
      },
    },
    {
      name: 'encrypted_key',
      label: 'Encrypted key (BYOT)',
      required: false,
      description: 'Key to your own Twilio account, to call from its numbers.',
      find: {
        where:
          'Create it in Bland’s dashboard under Add-ons → BYOT → Generate New Key. Bland shows it only once.',
        page: 'https://docs.bland.ai/tutorials/custom-twilio',
      },
    },
  ],
  agent: {
    ref: {
      label: 'pathway ID',
      required: true,
      form: uuid,
      example: 'a0f0d4ed-1c1b-4a57-9b0e-0d8a3f6c7e33',
      hint: 'For a prompt or a persona, leave this blank and set the option task or persona_id.',
    },
    from: {
      label: 'from number',
      required: false,
      form: e164,
      example: '+15550001111',
      hint: 'A number of your Bland account. Without it, Bland calls from one of its own numbers.',
    },
  },
  options: [
    words(
      { name: 'task', description: 'What the agent should do, in words, instead of a pathway.' },
      16_000,
      'Ask whether the order arrived.',
    ),
    ofForm(
      { name: 'persona_id', description: 'The persona that speaks, instead of a pathway.' },
      uuid,
      '5d2c1b0a-9e8f-4c7d-8b6a-3f4e5d6c7b8a',
    ),
    whole(
      {
        name: 'pathway_version',
        description: 'The version of the pathway. Without it, the production version.',
        ofRef: true,
      },
      0,
      1_000_000,
    ),
    flag({ name: 'record', description: 'Records the call. Bland’s default is false.' }),
    whole(
      {
        name: 'max_duration',
        description:
          'Ends the call after this many minutes. Without it, after 30; never later than callgate’s own limit.',
      },
      1,
      720,
    ),
    object(
      { name: 'voicemail', description: 'What to do when an answering machine picks up.' },
      '{"action":"hangup"}',
    ),
    flag({ name: 'answered_by_enabled', description: 'Reports whether a person or a voicemail answered.' }),
    flag({ name: 'wait_for_greeting', description: 'The agent waits for the other side to speak first.' }),
    words({ name: 'voice', description: 'The agent’s voice.' }, 100, 'maya'),
    words({ name: 'first_sentence', description: 'What the agent says first.' }, 1000, 'Hello!'),
    words({ name: 'language', description: 'The language of the call.' }, 35, 'en-US'),
    words({ name: 'timezone', description: 'The time zone of the call.' }, 64, 'America/New_York'),
    words({ name: 'start_node_id', description: 'Where the pathway begins.', ofRef: true }, 100, 'node-1'),
    words({ name: 'summary_prompt', description: 'What the summary should say.' }, 2000, 'One sentence.'),
  ],
  insteadOfRef: ['task', 'persona_id'],
  capabilities: { details: ['summary', 'transcript', 'costCents', 'durationSeconds'], lookupByCallId: true },
  hookAdvice: 'You don’t need to paste it: callgate sends it to Bland with every call.',
  recordings: 'Bland records a call only with the option record=true of the agent or the order.',
  regions: [{ name: 'United States', url: 'https://us.api.bland.ai' }],
  needsBaseUrl: false,
  connect: (account, deps) => blandThrough(account, deps),
}

const blandThrough: ProviderKind['connect'] = (account, { clock, timeoutMs, send }) => {
  const apiKey = credential(account, 'api_key')
  const hookSecret = credential(account, 'hook_secret')
  // Bland takes the key as it is, without `Bearer`.
  const address = `${account.baseUrl ?? 'https://api.bland.ai'}/v1/calls`
  const asking = { authorization: apiKey }
  const request = requester(send, address, asking, timeoutMs)
  /** Bland: custom Twilio integration. */
  const { encrypted_key: twilioKey } = account.credentials
  const placing = twilioKey === undefined ? asking : { ...asking, encrypted_key: twilioKey }

  const details = (id: string) => request(`/${encodeURIComponent(id)}`)

  /**
   * The list has numbers but no metadata, so only a call's own details prove that it is ours. A miss proves nothing,
   * because Bland does not document when a call is listed.
   */
  const search = async ({ id, phoneNumber }: CallReference): Promise<Report> => {
    const query = new URLSearchParams({ to_number: phoneNumber, limit: String(candidatesLimit) })
    const listed = await request(`?${query}`)
    const calls = listed.kind === 'answered' ? list(member(listed.json, 'calls')) : []
    const candidates = calls.slice(0, candidatesLimit).flatMap((one) => idOf(blandCallIn(one)) ?? [])
    for (const candidate of candidates) {
      const result = await details(candidate)
      const said = blandCallIn(result.kind === 'answered' ? result.json : undefined)
      const providerCallId = idOf(said)
      if (providerCallId !== undefined && said.metadata?.call_id === id)
        return { outcome: 'found', providerCallId, events: eventsOf(said, clock.now()) }
    }
    return { outcome: 'unknown', reason: 'it does not list the call' }
  }

  const fetchStatus = async (call: CallReference): Promise<Report> => {
    const { providerCallId } = call
    if (providerCallId === null) return search(call)
    return reportFrom(await details(providerCallId), (json) => {
      const said = blandCallIn(json)
      return idOf(said) === undefined ? undefined : { providerCallId, events: eventsOf(said, clock.now()) }
    })
  }

  return {
    async place(order) {
      const body = orderFor(order, account.hookUrl, clock.now())
      const result = await requestJson(send, address, { method: 'POST', headers: placing, body, timeoutMs })
      const wentWell = result.kind === 'answered' && isSuccess(result.status)
      return placementFrom(title, result, {
        idIn: (json) => idOf(blandCallIn(json)),
        complaintIn: (json) => complaintIn(json, wentWell),
        isCapacity: (status, complaint) => status === 429 || isCapacity(complaint),
        denialIn: (json) => (member(json, 'status') === 'error' ? 'not placed' : undefined),
      })
    },

    fetchStatus,

    /** Bland: stop call. It also fails for calls that are over, with no distinct error. */
    async end(call) {
      if (call.providerCallId === null)
        throw new Error(`${title} has not reported an ID for the call yet, so it cannot hang up.`)
      const result = await request(`/${encodeURIComponent(call.providerCallId)}/stop`, {})
      const answered = result.kind === 'answered'
      if (answered && isSuccess(result.status) && complaintIn(result.json, true) === undefined) return
      const report = await fetchStatus(call)
      if (report.outcome === 'not_found') return
      if (report.outcome === 'found' && report.events.some(({ type }) => type === 'ended')) return
      const said = answered
        ? tidy(complaintIn(result.json, false)) || `it responded with ${result.status}`
        : result.reason
      throw new Error(`${title} did not hang up: ${said}`)
    },

    /** Bland: get call recording. */
    async recording({ providerCallId }) {
      if (providerCallId === null) return { outcome: 'none' }
      const url = `${address}/${encodeURIComponent(providerCallId)}/recording`
      return { outcome: 'found', url, credentials: { authorization: apiKey } }
    },

    async check() {
      return checkFrom(title, await request('?limit=1'), (json) => Array.isArray(member(json, 'calls')))
    },

    /** Bland: webhook signing. It covers no time; a replay changes nothing, because an end is final. */
    verifyEvents({ headers, body }, now) {
      const expected = hmac('sha256', hookSecret, 'hex', body)
      if (!isSame(headers.get('x-webhook-signature') ?? '', expected)) return { kind: 'invalid_signature' }
      return { kind: 'events', events: reportedEvents(parseJson(body), now) }
    },
  }
}

/** Bland: send call. `request_data` takes any JSON. `max_duration` ends the call before its lease. */
const orderFor = (order: CallOrder, webhook: string, now: number) => {
  const { id, agentRef, fromNumber, phoneNumber, expiresAt, metadata, options } = order
  const wanted = options?.max_duration
  const longest = typeof wanted === 'number' ? wanted : longestMinutes
  const leaseMinutes = Math.floor((expiresAt - now) / 60_000)
  return withOptions(options, {
    phone_number: phoneNumber,
    ...(agentRef === null ? {} : { pathway_id: agentRef }),
    ...(fromNumber === null ? {} : { from: fromNumber }),
    request_data: variablesOf(order),
    metadata: { ...metadata, call_id: id },
    webhook,
    max_duration: Math.max(1, Math.min(longest, leaseMinutes)),
  })
}

/** Bland has two forms of errors, `{status, message, errors}` (recalled) and `{data, errors}`, also with status 200. */
const complaintIn = (json: unknown, wentWell: boolean) => {
  const errors = member(json, 'errors')
  const first: unknown = Array.isArray(errors) ? errors[0] : undefined
  const detail = text(first) ?? text(member(first, 'message')) ?? text(member(first, 'error'))
  const isError = !wentWell || member(json, 'status') === 'error'
  return isError ? (text(member(json, 'message')) ?? detail ?? text(member(json, 'status'))) : detail
}
