import { ApiError } from '../failures.ts'
import type { OutgoingLimiter } from '../outgoing/limiter.ts'
import type { Open } from '../outgoing/open.ts'
import { type Call, isForgotten, isOver } from './call.ts'
import type { Provider } from './provider.ts'
import { run, type Work } from '../work.ts'

/** A recording from its provider, whole or the requested part. Read the body or cancel it. */
export interface Recording {
  status: 200 | 206
  headers: Record<string, string>
  body: ReadableStream<Uint8Array>
}

interface RecordingDeps {
  provider(call: Call): Work<Pick<Provider, 'recording'>>
  /** When a provider keeps recordings, for people to read. */
  recordingsOf(provider: string): string
  open: Open
  limiter: Pick<OutgoingLimiter, 'take'>
  log: { warn(message: string, facts: Record<string, unknown>): void }
}

/** A dozen hours of speech as MP3, two of uncompressed stereo. */
const limitBytes = 512 * 1024 * 1024
const timeouts = { timeoutMs: 15_000, stallMs: 30_000, longestMs: 15 * 60_000 }
/** Each takes one of the 256 requests that Bun sends at a time, which calls need too. */
const mostAtOnce = { environment: 4, server: 32 }
const retryAfterSeconds = 5

/** One range of bytes (RFC 9110 §14.2). Any other header is ignored. */
const oneRange = /^bytes=(?:\d{1,15}-\d{0,15}|-\d{1,15})$/

/**
 * Fetches a call's recording from its provider, with the account's credentials. Fails with
 * `recording_not_found`, which says how to switch recording on, `recordings_limited` or `recording_unavailable`.
 */
export const createFetchRecording = ({ provider, recordingsOf, open, limiter, log }: RecordingDeps) => {
  const active = new Map<string, number>()
  let activeInAll = 0

  const take = (environmentId: string) => {
    const count = active.get(environmentId) ?? 0
    if (count >= mostAtOnce.environment || activeInAll >= mostAtOnce.server)
      throw new ApiError('recordings_limited', { retryAfterSeconds })
    active.set(environmentId, count + 1)
    activeInAll++
    return () => {
      const left = (active.get(environmentId) ?? 1) - 1
      if (left > 0) active.set(environmentId, left)
      else active.delete(environmentId)
      activeInAll--
    }
  }

  const unavailable = (call: Call, cause: string) => {
    log.warn('a recording could not be fetched', { call_id: call.id, why: cause })
    return new ApiError('recording_unavailable', { cause })
  }

  const find = async (call: Call) => {
    const place = await (await run(provider(call))).recording(call)
    if (place.outcome === 'unknown') throw unavailable(call, place.reason)
    if (place.outcome === 'none') throw notKept(recordingsOf(call.provider))
    return place
  }

  const fetchFrom = async (
    { url, credentials }: Awaited<ReturnType<typeof find>>,
    call: Call,
    range: string | undefined,
    release: () => void,
  ): Promise<Recording> => {
    const headers = range === undefined ? {} : { range }
    const noteEnd = (error?: unknown) => {
      release()
      if (error) log.warn('a recording broke off', { call_id: call.id, why: String(error) })
    }
    const opened = await open(url, { headers, credentials, ...timeouts, limitBytes, ended: noteEnd })
    if (opened.kind !== 'opened') throw unavailable(call, opened.reason)
    const { status, body } = opened
    const type = typeOf(opened.headers.get('content-type') ?? '', opened.url)
    if (isWhole(status) && type !== undefined)
      return { status, headers: headersOf(call, opened.headers, type), body }
    await body.cancel()
    if (status === 404 || status === 410) throw notKept(recordingsOf(call.provider))
    throw unavailable(call, isWhole(status) ? 'it is not audio' : `it responded with ${status}`)
  }

  return async (call: Call, wanted: string | null): Promise<Recording> => {
    if (isForgotten(call)) throw new ApiError('recording_not_found', { detail: forgotten })
    if (!isOver(call)) throw new ApiError('recording_not_found', { detail: notOver })
    const range = wanted !== null && oneRange.test(wanted) ? wanted : undefined
    let endTurn = () => {}
    const free = take(call.environmentId)
    const release = once(() => {
      endTurn()
      free()
    })
    try {
      const place = await find(call)
      endTurn = await limiter.take({
        agencyId: call.agencyId,
        destination: call.accountId ?? call.provider,
        isPlacing: false,
      })
      return await fetchFrom(place, call, range, release)
    } catch (error) {
      release()
      throw error
    }
  }
}

export type FetchRecording = ReturnType<typeof createFetchRecording>

const notOver = 'The call is not over. Its recording is available once it has ended.'
const forgotten = 'The personal data of this call was erased.'
const notKept = (recordings: string) =>
  new ApiError('recording_not_found', { detail: `No recording of this call is kept. ${recordings}` })

const isWhole = (status: number): status is Recording['status'] => status === 200 || status === 206

const once = (work: () => void) => {
  let isDone = false
  return () => {
    if (!isDone) work()
    isDone = true
  }
}

/** The types of audio that browsers play, by their usual names, and what a file of each ends in. */
const extensions = new Map([
  ['audio/mpeg', 'mp3'],
  ['audio/wav', 'wav'],
  ['audio/ogg', 'ogg'],
  ['audio/webm', 'webm'],
  ['audio/mp4', 'm4a'],
  ['audio/aac', 'aac'],
  ['audio/flac', 'flac'],
])
const otherNames = new Map([
  ['audio/mp3', 'audio/mpeg'],
  ['audio/x-wav', 'audio/wav'],
  ['audio/wave', 'audio/wav'],
  ['audio/vnd.wave', 'audio/wav'],
  ['audio/x-m4a', 'audio/mp4'],
  ['audio/opus', 'audio/ogg'],
  ['audio/x-flac', 'audio/flac'],
])
/** What storage calls a file of which it was told nothing: then its name has to say it. */
const unsaid = new Set(['', 'application/octet-stream', 'binary/octet-stream'])

/** Undefined for what is no audio: a page that a browser would show is not passed on as ours. */
const typeOf = (contentType: string, url: string) => {
  const [named = ''] = contentType.toLowerCase().split(';')
  const type = otherNames.get(named.trim()) ?? named.trim()
  if (extensions.has(type)) return type
  const extension = /\.(\w+)$/.exec(new URL(url).pathname)?.[1]?.toLowerCase()
  return unsaid.has(type) ? [...extensions].find(([, one]) => one === extension)?.[0] : undefined
}

const passedOn = ['content-length', 'content-range', 'accept-ranges', 'etag', 'last-modified'] as const

const headersOf = ({ id }: Call, theirs: Headers, type: string) => ({
  ...Object.fromEntries(passedOn.flatMap((name) => [[name, theirs.get(name)]]).filter(([, value]) => value)),
  'content-type': type,
  'content-disposition': `inline; filename="${id}.${extensions.get(type)}"`,
  'x-content-type-options': 'nosniff',
})
