import { z } from 'zod'
import { uuid } from './agent-field.ts'
import { checkFrom, isSuccess, placementFrom } from './answers.ts'
import { uuidSource } from './credential-form.ts'
import { credential } from './credentials.ts'
import { member, text } from './parse.ts'
import { vapiOptions } from './vapi-options.ts'
import { blocked, complaintIn, isBlocked, orderFor } from './vapi-order.ts'
import type { CallReference, Provider, ProviderKind, Report } from '../calls/provider.ts'
import { proofOf } from './vapi-proof.ts'
import { answerTo } from './vapi-requests.ts'
import { eventsOf, reportedEvents, ourIdIn, type VapiCall, vapiCall } from './vapi-call.ts'
import { requestJson, parseJson, requester } from './wire.ts'

const title = 'Vapi'
/** Vapi: list calls, its default. A longer page would be too large, because it holds whole calls. */
const pageLimit = 100
/** A thousand calls within the searched minutes, far above any account's concurrency. */
const mostPages = 10
const apiKeysPage = 'https://docs.vapi.ai/security-and-privacy/api-keys'
const credentialsPage = 'https://docs.vapi.ai/server-url/server-authentication'

/** The tolerated difference of Vapi's clock in a search by time. */
const skewMs = 60_000
/** After this time, a call that is neither known nor listed counts as never received. */
const listedWithinMs = 60_000

/**
 * Assistants at Vapi. Reports come from the assistant's own server URL, which the user sets to this account's hook: an
 * order could name another URL, but Vapi then leaves out the secret (2nd-hand), and the report could not be verified.
 */
export const vapi: ProviderKind = {
  name: 'vapi',
  title,
  credentials: [
    {
      name: 'api_key',
      label: 'Private API key',
      required: true,
      // Vapi: "API keys"; "JWT authentication" for a token that is signed with one.
      issued: {
        pattern: new RegExp(`^(?:${uuidSource}|eyJ[\\w-]+\\.[\\w-]+\\.[\\w-]+)$`, 'i'),
        words: 'a Vapi private key is a UUID',
      },
      description: 'Private API key of your Vapi organization.',
      find: { where: 'Find it in Vapi’s dashboard under API Keys → Private API Keys.', page: apiKeysPage },
    },
    {
      name: 'hook_secret',
      label: 'Custom Credential of the server URL',
      provesReports: true,
      required: true,
      description:
        'Secret that Vapi sends or signs its reports with (X-Vapi-Secret, bearer token or HMAC secret).',
      find: {
        where:
          'You choose it in Vapi’s dashboard under Custom Credentials. Then select that credential for your assistant’s server URL.',
        page: credentialsPage,
      },
    },
    {
      name: 'public_key',
      label: 'Public API key',
      required: false,
      description:
        'Public API key of the organization, to hang up where the assistant’s monitorPlan.controlAuthenticationEnabled is on.',
      find: { where: 'Find it in Vapi’s dashboard under API Keys → Public API Keys.', page: apiKeysPage },
    },
    {
      name: 'hook_header',
      label: 'Header of the Custom Credential',
      required: false,
      form: { pattern: /^[A-Za-z\d-]{1,64}$/, words: 'it is the name of an HTTP header' },
      description:
        'Header that carries the secret or the signature, if you chose another than X-Vapi-Secret, Authorization, x-signature or x-vapi-signature.',
      find: { where: 'Find it in that Custom Credential.', page: credentialsPage },
    },
  ],
  agent: {
    ref: {
      label: 'assistant ID',
      required: true,
      form: uuid,
      example: '4a170597-0f2b-4f0e-9d0b-3d3f6f1b2c11',
      hint: 'Set the assistant’s server URL to this account’s hook URL. For a squad, leave this blank and set the option squadId.',
    },
    from: {
      label: 'phone number ID',
      required: true,
      form: uuid,
      example: 'c6ea6cb0-7a55-4b2e-8e55-5c1b9c6f0a22',
      hint: 'Vapi’s ID of the number to call from, not the number itself.',
    },
  },
  options: vapiOptions,
  insteadOfRef: ['squadId'],
  capabilities: {
    details: ['summary', 'transcript', 'recordingRef', 'costCents', 'durationSeconds'],
    lookupByCallId: true,
  },
  hookAdvice:
    'At Vapi, paste it as the assistant’s server URL. Vapi sends each message to one URL: the tool’s, else the assistant’s, else the phone number’s, else the organization’s. If your tools, transfers or inbound calls rely on the assistant’s server URL today, first give each tool a server URL of its own: at this URL, a tool gets an error that says nothing was done.',
  recordings:
    'Vapi records a call unless the assistant’s artifactPlan.recordingEnabled is off or the organization is in HIPAA mode.',
  domain: 'vapi.ai',
  regions: [{ name: 'Europe', url: 'https://api.eu.vapi.ai' }],
  needsBaseUrl: false,
  connect: (account, deps) => vapiThrough(account, deps),
}

type Found = { outcome: 'found'; call: VapiCall } | Exclude<Report, { outcome: 'found' }>

const vapiThrough: ProviderKind['connect'] = (account, { clock, timeoutMs, send }) => {
  const apiKey = credential(account, 'api_key')
  const hookSecret = credential(account, 'hook_secret')
  const hookHeader = account.credentials.hook_header || undefined
  const baseUrl = account.baseUrl ?? 'https://api.vapi.ai'
  const authorization = `Bearer ${apiKey}`
  const request = requester(send, baseUrl, { authorization }, timeoutMs)

  const find = async (call: CallReference): Promise<Found> => {
    const { providerCallId, createdAt, sentAt } = call
    if (providerCallId !== null) return await findById(providerCallId, sentAt ?? createdAt)
    const latest = sentAt ? sentAt + timeoutMs : clock.now()
    return await search(call, { from: createdAt - skewMs, to: latest + skewMs })
  }

  const findById = async (id: string, orderedAt: number): Promise<Found> => {
    const result = await request(`/call/${encodeURIComponent(id)}`)
    if (result.kind !== 'answered') return { outcome: 'unknown', reason: result.reason }
    if (result.status === 404)
      return clock.now() - orderedAt < listedWithinMs
        ? { outcome: 'unknown', reason: 'it does not know the call yet' }
        : { outcome: 'not_found' }
    const call = vapiCall.safeParse(result.json).data
    return isSuccess(result.status) && call
      ? { outcome: 'found', call }
      : { outcome: 'unknown', reason: `it responded with ${result.status}` }
  }

  /**
   * Searches the calls created in that time for our id. After a full page it goes on behind the last call, in whichever
   * order Vapi lists them.
   */
  const search = async (
    { id, createdAt, sentAt }: CallReference,
    { from, to }: { from: number; to: number },
  ): Promise<Found> => {
    for (let [earliest, latest, pages] = [from, to, 0]; pages < mostPages; pages++) {
      const range = { createdAtGe: isoOf(earliest), createdAtLe: isoOf(latest), limit: String(pageLimit) }
      const result = await request(`/call?${new URLSearchParams(range)}`)
      if (result.kind !== 'answered') return { outcome: 'unknown', reason: result.reason }
      const calls = z.array(vapiCall).safeParse(result.json).data
      if (!isSuccess(result.status) || !calls)
        return { outcome: 'unknown', reason: `it responded with ${result.status}` }
      const call = calls.find((one) => ourIdIn(one) === id)
      if (call) return { outcome: 'found', call }
      const isSettled = clock.now() - (sentAt ?? createdAt) >= listedWithinMs
      if (calls.length < pageLimit)
        return isSettled
          ? { outcome: 'not_found' }
          : { outcome: 'unknown', reason: 'it does not list the call' }
      const [first = 0, last = 0] = [calls[0]?.createdAt, calls.at(-1)?.createdAt]
      if (last > first) earliest = last
      else latest = last
    }
    return { outcome: 'unknown', reason: 'it lists too many calls' }
  }

  /** The request carries no private key, so any https URL is fine; plain http only on the account's own origin. */
  const isTrusted = (address: string) => {
    if (!URL.canParse(address)) return false
    const { protocol, origin } = new URL(address)
    return protocol === 'https:' || origin === new URL(baseUrl).origin
  }

  /** The public key is for Vapi alone, and for whom the account's requests go to anyway. */
  const controlHeaders = (address: string): Record<string, string> => {
    const { public_key: publicKey } = account.credentials
    const { hostname, origin } = new URL(address)
    const isTheirs = origin === new URL(baseUrl).origin || hostname.endsWith('.vapi.ai')
    return publicKey !== undefined && isTheirs ? { authorization: `Bearer ${publicKey}` } : {}
  }

  /**
   * Vapi: live call control. Only the call itself holds its control URL; `DELETE /call/{id}` erases data and does not
   * hang up.
   */
  const end: Provider['end'] = async (call) => {
    const found = await find(call)
    if (found.outcome === 'unknown') throw new Error(`${title} could not be asked: ${found.reason}`)
    if (found.outcome === 'not_found' || isGone(found.call)) return
    const controlUrl = found.call.monitor?.controlUrl ?? ''
    if (!isTrusted(controlUrl))
      throw new Error(`${title} returned no URL to hang up at. The assistant may forbid call control.`)
    const headers = controlHeaders(controlUrl)
    const hangUp = { method: 'POST', headers, body: { type: 'end-call' }, timeoutMs } as const
    const result = await requestJson(send, controlUrl, hangUp)
    if (result.kind === 'answered' && isSuccess(result.status)) return
    const then = await find(call)
    if (then.outcome === 'not_found' || (then.outcome === 'found' && isGone(then.call))) return
    const said = result.kind === 'answered' ? `it responded with ${result.status}` : result.reason
    throw new Error(`${title} did not hang up: ${said}.`)
  }

  return {
    async place(order) {
      const result = await request('/call', orderFor(order))
      const placement = placementFrom(title, result, {
        idIn: (json) => text(member(json, 'id')),
        complaintIn: (json) => (isBlocked(json) ? blocked : complaintIn(json)),
        isCapacity: (status, complaint) => status === 429 || /concurren|daily.*limit/i.test(complaint),
      })
      if (placement.outcome !== 'placed' || result.kind !== 'answered' || !isBlocked(result.json))
        return placement
      const reason = `${title} has no capacity: it responded with ${result.status}: ${blocked}`
      // Vapi may queue a blocked call until a slot is free: it must not ring after our slot was released.
      return end({ ...order, providerCallId: placement.providerCallId }).then(
        () => ({ outcome: 'refused', code: 'provider_capacity', reason }),
        () => placement,
      )
    },

    async fetchStatus(call) {
      const found = await find(call)
      if (found.outcome !== 'found') return found
      const { id, status } = found.call
      if (status === 'not-found') return { outcome: 'not_found' }
      if (id === undefined)
        return { outcome: 'unknown', reason: 'it answered with something else than a call' }
      return { outcome: 'found', providerCallId: id, events: eventsOf(found.call, clock.now()) }
    },

    end,

    /** Vapi: retrieve call artifacts. It redirects to a link signed for a few minutes. */
    async recording({ providerCallId }) {
      if (providerCallId === null) return { outcome: 'none' }
      const url = `${baseUrl}/call/${encodeURIComponent(providerCallId)}/mono-recording`
      return { outcome: 'found', url, credentials: { authorization } }
    },

    async check() {
      return checkFrom(title, await request('/call?limit=1'), Array.isArray)
    },

    verifyEvents(incoming, now) {
      const proof = proofOf(incoming, { secret: hookSecret, header: hookHeader }, now)
      if (proof !== 'valid') return { kind: proof }
      const said = parseJson(incoming.body)
      return { kind: 'events', events: reportedEvents(said, now), answer: answerTo(said) }
    },
  }
}

const isoOf = (time: number) => new Date(time).toISOString()

const isGone = ({ status, endedAt }: VapiCall) =>
  status === 'ended' || status === 'not-found' || endedAt !== undefined
