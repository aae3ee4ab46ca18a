import { z } from 'zod'
import { phoneNumberPattern } from '../calls/phone-number.ts'
import { ApiError } from '../failures.ts'
import { iso, time, withoutHidden } from '../names.ts'
import type { Entry } from './entry.ts'

export const reasonCharactersMost = 200

export const phoneNumberField = z
  .string('phone_number is required.')
  .regex(phoneNumberPattern, 'phone_number must be a plus and 7 to 15 digits, such as +15551234567.')
  .meta({ description: 'The number in E.164, such as +15551234567', hint: 'number' })

export const sourceField = z
  .string()
  .trim()
  .regex(/^[\w .:/-]{1,40}$/, 'source must have 1 to 40 letters, digits, blanks or any of . : / _ -.')
  .meta({ description: 'Where the entry comes from, in a word or two' })

export const reasonField = withoutHidden(z.string().trim().max(reasonCharactersMost), 'reason').meta({
  description: 'Why, for people. It is kept when the person is erased, so it must not name them',
})

export const expiresAtField = z.iso
  .datetime({ offset: true, error: 'expires_at must be a time such as 2027-01-31T00:00:00Z.' })
  .meta({ description: 'When the number may be called again; never, where left out', hint: 'time' })

/** Parses the end of an entry, which is in the future. */
export const expiryOf = (text: string | undefined, now: number): number | null => {
  if (text === undefined) return null
  const expiresAt = Date.parse(text)
  if (expiresAt <= now)
    throw new ApiError('invalid_input', {
      detail: 'expires_at must be in the future.',
      param: 'expires_at',
    })
  return expiresAt
}

export const entryRecord = z.object({
  id: z.string().meta({ description: 'A keyed hash of the number' }),
  hint: z.string().meta({ description: 'The country code and the last two digits: +49…67' }),
  source: z.string(),
  reason: z.string().nullable(),
  added_at: time,
  expires_at: time.nullable(),
})

export const presentEntry = ({ addedAt, expiresAt, ...entry }: Entry) => ({
  ...entry,
  added_at: iso(addedAt),
  expires_at: iso(expiresAt),
})
