import { z } from 'zod'
import { ApiError } from '../failures.ts'
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
}

type Fields = z.output<z.ZodObject<typeof orderFields>>

/** Makes an order of its fields. Fails with `invalid_phone_number`. */
export const orderOf = (
  { agent_id, name, email, metadata, provider_options }: Fields,
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
  }
}
