import { z } from 'zod'
import { longestSeconds, sentiments, type TranscriptLine } from '../calls/call.ts'

/** What is not as it should be, null included, counts as not said, and spoils nothing beside it. */
export const maybe = <Type extends z.ZodType>(type: Type) => type.optional().catch(undefined)

/** An object of which any part may be missing. */
export const part = <Shape extends z.ZodRawShape>(shape: Shape) => maybe(z.object(shape))

/** What half of a pair of surrogates stands for is lost: it cannot be kept as UTF-8. */
const unicode = z.string().transform((said) => said.toWellFormed())
/** Empty words are none. */
export const words = maybe(unicode.pipe(z.string().min(1)))
export const amount = maybe(z.number().min(0))
/** How long a call lasted. Above a week, no time follows from it. */
export const duration = maybe(z.number().min(0).max(longestSeconds))
/** Like `isoTime`, but strict. Both in milliseconds. */
export const writtenTime = z.iso.datetime({ offset: true }).transform((written) => Date.parse(written))
export const isoTime = maybe(writtenTime)
/** An address that may become a link: no script hides behind http and https. */
export const webAddress = maybe(z.url({ protocol: /^https?$/ }))
export const sentiment = maybe(z.string().toLowerCase().pipe(z.enum(sentiments)))

/** How a call refers to a recording that its provider keeps under the id of the call. */
export const keptIf = (isKept: unknown) => (isKept ? 'kept' : undefined)

/** The two sides of a call by all their names. Whoever else speaks (a prompt, a tool) is not heard in the call. */
const sides = new Map<unknown, TranscriptLine['role']>([
  ['agent', 'agent'],
  ['assistant', 'agent'],
  ['bot', 'agent'],
  ['robot', 'agent'],
  ['user', 'human'],
  ['human', 'human'],
  // Whom the call was transferred to.
  ['transfer_target', 'human'],
])

/** What was said, from lines that name their speaker and have their words in the first of the given fields. */
export const transcript = (speaker: string, ...fields: string[]) =>
  maybe(
    z.array(z.unknown()).transform((lines) => {
      const spoken = lines.flatMap((line): TranscriptLine[] => {
        const role = sides.get(member(line, speaker))
        const content = fields
          .map((field) => member(line, field))
          .find((one): one is string => typeof one === 'string' && one !== '')
        return role === undefined || content === undefined ? [] : [{ role, content: content.toWellFormed() }]
      })
      return spoken.length > 0 ? spoken : undefined
    }),
  )

/** A member of what may or may not be an object. */
export const member = (json: unknown, name: string): unknown =>
  typeof json === 'object' && json !== null && Object.hasOwn(json, name) ? Reflect.get(json, name) : undefined

export const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Above it a text is no id, message or reason: it is cut before any pattern is tried on it, for some take their time. */
const textLimit = 2000

export const text = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, textLimit).toWellFormed() : undefined

/** An id, which some write as a number; too long a one has been read as its digits. */
export const idText = (value: unknown) => text(Number.isSafeInteger(value) ? String(value) : value)
