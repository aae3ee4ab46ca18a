import { z } from 'zod'
import { ApiError } from '../failures.ts'
import type { Consent } from './call.ts'
import { isZone } from '../policy/zones.ts'
import { isMailbox } from './mailbox.ts'
import { phoneNumberPattern } from './phone-number.ts'
import { jsonObject } from './record.ts'

/** The order fields as a client sends them. */
export interface TriggerRequest {
  phoneNumber: string
  agentId: string | null
  name: string | null
  email: string | null
  metadata: Record<string, unknown> | null
  /** Fields of the vendor's own create request, not yet held against what the agent's provider takes. */
  providerOptions: Record<string, unknown> | null
  /** The called person's IANA time zone. */
  timeZone: string | null
  consent: Consent | null
}

/** True for a blank text, which counts as a missing field. */
export const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === ''

/** Forms and templates send empty optional fields as blank texts. */
const optional = <T extends z.ZodType>(schema: T, description: string) =>
  z
    .preprocess(
      (given: z.input<T> | null | undefined) => (isBlank(given) ? undefined : given),
      schema.nullish(),
    )
    .optional()
    .meta({ description })

const zoneFlaw = 'time_zone must be an IANA time zone, such as Europe/Berlin'
const consentFlaw = 'consent must have the fields basis, at and reference'

/** The evidence of a consent. What a lawful basis is, is not judged. */
const consentSchema = z
  .strictObject(
    {
      basis: z
        .string('consent.basis must be a string')
        .trim()
        .min(1, 'consent.basis is required')
        .max(100, 'consent.basis must have at most 100 characters')
        .meta({ description: 'Why the call is allowed, such as `opt_in` or `existing_customer`.' }),
      at: z.iso
        .datetime({ offset: true, error: 'consent.at must be a time in ISO 8601, with a time zone' })
        .nullish()
        .meta({ description: 'When the person agreed.' }),
      reference: z
        .string('consent.reference must be a string')
        .max(200, 'consent.reference must have at most 200 characters')
        .nullish()
        .meta({ description: 'Where you keep the evidence.' }),
    },
    consentFlaw,
  )
  .transform(({ basis, at = null, reference = null }): Consent => ({ basis, at, reference }))

/** The fields of an order besides the phone number. Their error messages have no full stop. */
export const orderFields = {
  agent_id: optional(
    z.guid('agent_id must be a UUID').toLowerCase(),
    'The agent that places the call. Without it, the environment’s default agent does.',
  ),
  name: optional(
    z
      .string('name must be a string')
      .max(200, 'name must have at most 200 characters')
      .refine((name) => name.isWellFormed(), 'name must be well-formed Unicode'),
    'The name of the person who is called.',
  ),
  email: optional(
    z
      .string('email must be a string')
      .trim()
      .max(254, 'email must have at most 254 characters')
      .refine(isMailbox, 'email must be a valid email address'),
    'The email address of the person who is called.',
  ),
  metadata: optional(
    jsonObject('metadata must be an object'),
    'Your own data. Returned in the call and in webhooks.',
  ),
  provider_options: optional(
    jsonObject('provider_options must be an object'),
    'Options of the agent’s provider for this call, over those of the agent.',
  ),
  time_zone: optional(
    z.string('time_zone must be a string').max(64, zoneFlaw).refine(isZone, zoneFlaw),
    'The time zone of the person who is called, such as `Europe/Berlin`, by which calling hours are judged. Without it, all time zones in which the number may be have to allow the call.',
  ),
  consent: optional(
    consentSchema,
    'How the person agreed to be called. Kept with the call, and returned in it and in webhooks.',
  ),
}

type Fields = z.output<z.ZodObject<typeof orderFields>>

/** Makes an order of its fields. Fails with `invalid_phone_number`. */
export const orderOf = (
  { agent_id, name, email, metadata, provider_options, time_zone, consent }: Fields,
  phoneNumber: unknown,
): TriggerRequest => {
  if (typeof phoneNumber !== 'string' || !phoneNumberPattern.test(phoneNumber))
    throw new ApiError('invalid_phone_number')
  return {
    phoneNumber,
    agentId: agent_id ?? null,
    name: name ?? null,
    email: email ?? null,
    metadata: metadata ?? null,
    providerOptions: provider_options ?? null,
    timeZone: time_zone ?? null,
    consent: consent ?? null,
  }
}
