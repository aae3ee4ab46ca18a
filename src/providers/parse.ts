import { z } from 'zod'
import { bytesMost, longestSeconds } from '../calls/bounds.ts'
import { sentiments, type TranscriptLine } from '../calls/call-details.ts'

/** An invalid or null value counts as missing, so that it does not invalidate the rest. */
export const maybe = <Type extends z.ZodType>(type: Type) => type.optional().catch(undefined)

/** An object with optional members. */
export const part = <Shape extends z.ZodRawShape>(shape: Shape) => maybe(z.object(shape))

/** Replaces unpaired surrogates, which UTF-8 cannot hold. */
const unicode = z.string().transform((said) => said.toWellFormed())
/** Empty text counts as missing. */
export const words = maybe(unicode.pipe(z.string().min(1)))
export const amount = maybe(z.number().min(0))
/** A duration in seconds. Above a week it counts as missing. */
export const duration = maybe(z.number().min(0).max(longestSeconds))
/** Like `isoTime`, but required. Both in milliseconds. */
export const writtenTime = z.iso.datetime({ offset: true }).transform((written) => Date.parse(written))
export const isoTime = maybe(writtenTime)
/** A URL that may become a link: http and https cannot carry a script. */
export const webAddress = maybe(z.url({ protocol: /^https?$/ }))
export const sentiment = maybe(z.string().toLowerCase().pipe(z.enum(sentiments)))

/** How a call refers to a recording that its provider keeps under the id of the call. */
export const keptIf = (isKept: unknown) => (isKept ? 'kept' : undefined)

/** The roles of a transcript by all their names. Other roles (a prompt, a tool) are not spoken. */
const sides = new Map<unknown, TranscriptLine['role']>([
  ['agent', 'agent'],
  ['assistant', 'agent'],
  ['bot', 'agent'],
  ['robot', 'agent'],
  ['user', 'human'],
  ['human', 'human'],
  // The person to whom the call was transferred.
  ['transfer_target', 'human'],
])

/**
 * Parses a transcript: each line names its speaker, and its text is the first non-empty one of the given fields. Ends where
 * no more is kept of a call.
 */
export const transcript = (speaker: string, ...fields: string[]) =>
  maybe(
    z.custom<readonly unknown[]>(Array.isArray).transform((lines) => {
      const spoken: TranscriptLine[] = []
      let length = 0
      for (const line of lines) {
        const role = sides.get(member(line, speaker))
        const content = fields
          .map((field) => member(line, field))
          .find((one): one is string => typeof one === 'string' && one !== '')
        if (role === undefined || content === undefined) continue
        spoken.push({ role, content: content.toWellFormed() })
        length += content.length
        if (length > bytesMost.transcript) break
      }
      return spoken.length > 0 ? spoken : undefined
    }),
  )

/** Reads a member; undefined for anything but an object. */
export const member = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Longer text is cut before any pattern is tried on it, because some patterns would take long. */
const textLimit = 2000

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, textLimit).toWellFormed() : undefined

/** An id, which some diallers send as a number. Too large a number was parsed as its digits. */
export const idText = (value: unknown) => text(Number.isSafeInteger(value) ? String(value) : value)
