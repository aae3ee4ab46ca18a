import { z } from 'zod'
import { ApiError } from '../failures.ts'
import { isMailbox } from './mailbox.ts'
import { phoneNumberPattern } from './phone-number.ts'
import { jsonObject } from './record.ts'

/** Who is to be called, as it is asked for. */
export interface TriggerRequest {
  phoneNumber: string
  agentId: string | null
  name: string | null
  email: string | null
  metadata: Record<string, unknown> | null
  /** Fields of the vendor's own create request, not yet held against what the agent's provider takes. */
  providerOptions: Record<string, unknown> | null
}

/** What stands for nothing where a field may be left out. */
export const isBlank = (value: unknown) => typeof value === 'string' && value.trim() === ''

/** Forms and templates send an optional field that nobody filled in as a blank text. */
const optional = <T extends z.ZodType>(schema: T, description: string) =>
  z
    .preprocess(
      (given: z.input<T> | null | undefined) => (isBlank(given) ? undefined : given),
      schema.nullish(),
    )
    .optional()
    .meta({ description })

/** The fields of an order, beside whom it calls. Their sentences have no stop at the end. */
export const orderFields = {
  agent_id: optional(
    z.guid('agent_id must be a UUID').toLowerCase(),
    'Who calls; without one, the environment’s default agent.',
  ),
  name: optional(
    z
      .string('name must be a string')
      .max(200, 'name has at most 200 characters')
      .refine((name) => name.isWellFormed(), 'name must be well-formed Unicode'),
    'Whom the agent speaks with.',
  ),
  email: optional(
    z
      .string('email must be a string')
      .trim()
      .max(254, 'email has at most 254 characters')
      .refine(isMailbox, 'email must be an e-mail address'),
    'Travels with the call.',
  ),
  metadata: optional(
    jsonObject('metadata must be an object'),
    'Anything of yours: it comes back in the call and in webhooks.',
  ),
  provider_options: optional(
    jsonObject('provider_options must be an object'),
    'Options of the agent’s provider for this call, over those of the agent.',
  ),
}

type Fields = z.output<z.ZodObject<typeof orderFields>>

/** The order that its fields stand for. Fails with `invalid_phone_number`. */
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
