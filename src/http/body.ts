import { ApiError } from '../failures.ts'
import { parseExactly } from '../json.ts'
import { holdsToken } from '../keys/token.ts'
import type { ByteShare } from './byte-share.ts'

const bodyLimitBytes = 32 * 1024
const mb = 1024 * 1024
const depthLimit = 32

/** Reads a JSON body: content type, size, UTF-8, syntax and nesting are checked, the shape is not. */
export const readJson = async (request: Request, limitBytes = bodyLimitBytes): Promise<unknown> => {
  requireMediaType(request, 'application/json')
  const text = decode(await readCapped(request, limitBytes))
  let value: unknown
  try {
    value = parseExactly(text)
  } catch {
    throw new ApiError('invalid_json', { detail: text === '' ? 'it is empty' : 'it cannot be parsed' })
  }
  const detail = flawOf(text)
  if (detail !== undefined) throw new ApiError('invalid_json', { detail })
  return value
}

/** The error for a body that holds a key in a field that would be stored. */
export const keyInBody = () =>
  new ApiError('invalid_body', {
    detail: 'it contains an API key, which belongs in the Authorization header',
  })

/** Reads the fields of a form. Fails where one holds a key: no form takes one. */
export const readForm = async (request: Request): Promise<Record<string, string>> => {
  requireMediaType(request, 'application/x-www-form-urlencoded')
  const fields = [...new URLSearchParams(decode(await readCapped(request)))]
  if (fields.some(([, value]) => holdsToken(value))) throw keyInBody()
  return Object.fromEntries(fields)
}

const mediaTypeOf = (request: Request) => (request.headers.get('content-type') ?? '').toLowerCase().split(';')

/** True for a body of this media type, whatever its parameters. */
export const isOfType = (request: Request, wanted: string) => mediaTypeOf(request)[0]?.trim() === wanted

const requireMediaType = (request: Request, wanted: string) => {
  const [type, ...parameters] = mediaTypeOf(request)
  const utf8 = parameters.every((parameter) => /^\s*(charset="?utf-?8"?)?\s*$/.test(parameter))
  if (type?.trim() !== wanted || !utf8) throw new ApiError('unsupported_media_type')
}

/** Compressed bodies are rejected: their size is unknown before they are unpacked. */
const requireNoEncoding = (request: Request) => {
  const encoding = request.headers.get('content-encoding')?.trim().toLowerCase() ?? ''
  if (encoding !== '' && encoding !== 'identity') throw new ApiError('unsupported_encoding')
}

/**
 * Holds at most the limit in memory. A declared length is reliable, because the server enforces it; chunked bodies are
 * counted.
 */
export const readCapped = async (
  request: Request,
  limitBytes = bodyLimitBytes,
  share?: ByteShare,
): Promise<Uint8Array> => {
  requireNoEncoding(request)
  const declared = request.headers.get('content-length')
  if (declared !== null && Number(declared) > limitBytes) throw tooLarge(limitBytes)
  try {
    return await inTime(
      declared === null || share ? countedBytes(request, limitBytes, share) : wholeBytes(request),
    )
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw incompleteBody(error)
  }
}

/** A file is longer than any list that a person keeps, and never whole in memory. */
const fileLimitBytes = 64 * mb

/** The bytes of an uploaded file as they come in. Bun drops a connection on which nothing comes for too long. */
export async function* pieces(request: Request): AsyncGenerator<Uint8Array> {
  requireNoEncoding(request)
  const declared = request.headers.get('content-length')
  if (declared !== null && Number(declared) > fileLimitBytes) throw tooLarge(fileLimitBytes)
  let size = 0
  try {
    for await (const piece of request.body ?? []) {
      size += piece.byteLength
      if (size > fileLimitBytes) throw tooLarge(fileLimitBytes)
      yield piece
    }
  } catch (error) {
    if (error instanceof ApiError) throw error
    throw incompleteBody(error)
  }
}

export const incompleteBody = (cause: unknown) =>
  new ApiError('invalid_body', { detail: 'it could not be read completely', cause })

/** Fails when the whole body has not arrived in time, however slowly it is sent. */
const bodySeconds = 10

const inTime = async <T>(reading: Promise<T>): Promise<T> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    const tooSlow = () => reject(new ApiError('body_too_slow', { detail: String(bodySeconds) }))
    timer = setTimeout(tooSlow, bodySeconds * 1000)
  })
  try {
    return await Promise.race([reading, deadline])
  } finally {
    clearTimeout(timer)
  }
}

const wholeBytes = async (request: Request) => new Uint8Array(await request.arrayBuffer())

const tooLarge = (limitBytes: number) =>
  new ApiError('body_too_large', {
    detail: limitBytes < mb ? `${limitBytes / 1024} KB` : `${limitBytes / mb} MB`,
  })

/** Of a body whose length is declared, what comes goes where it stays: it is never in memory twice. */
const countedBytes = async (request: Request, limitBytes: number, share?: ByteShare) => {
  const declared = request.headers.get('content-length')
  const whole = declared === null ? undefined : new Uint8Array(Number(declared))
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of request.body ?? []) {
    share?.take(chunk.byteLength)
    if (size + chunk.byteLength > limitBytes) throw tooLarge(limitBytes)
    if (whole) whole.set(chunk, size)
    else chunks.push(chunk)
    size += chunk.byteLength
  }
  if (whole) return whole.subarray(0, size)
  if (chunks.length > 1) share?.take(size)
  return chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks)
}

/** Fatal: a lenient decoder would store U+FFFD in the place of invalid bytes. */
const decode = (bytes: Uint8Array) => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new ApiError('invalid_json', { detail: 'it is not UTF-8' })
  }
}

/** A string (with the colon after a member's name), or the start or end of an object or a list. */
const jsonToken = /"[^"\\]*(?:\\.[^"\\]*)*"(?=[ \t\r\n]*(:)?)|[{}[\]]/g

/**
 * Finds flaws in JSON that parses: too deep nesting, and repeated names in an object (RFC 7493 §2.3), which parsers
 * read differently.
 */
const flawOf = (json: string): string | undefined => {
  const open: Set<string>[] = []
  for (const [token, colon] of json.matchAll(jsonToken)) {
    if (token === '{' || token === '[') {
      if (open.push(new Set()) > depthLimit) return `it is nested deeper than ${depthLimit} levels`
    } else if (token === '}' || token === ']') open.pop()
    else if (colon) {
      const names = open.at(-1)
      const name = token.includes('\\') ? JSON.stringify(JSON.parse(token)) : token
      if (names?.has(name)) return 'one of its objects has a duplicate key'
      names?.add(name)
    }
  }
  return undefined
}
