import { z } from 'zod'
import { orderFields, orderOf, type TriggerRequest } from '../../calls/order.ts'
import { phoneNumberPattern } from '../../calls/phone-number.ts'
import { ApiError } from '../../failures.ts'
import { holdsToken } from '../../keys/token.ts'
import { keyInBody, readJson } from '../body.ts'

const fields = ['phone_number', ...Object.keys(orderFields)].join(', ')

/** The body of a trigger; the metadata is for the OpenAPI document. The phone number is checked last. */
export const triggerBody = z.strictObject(
  {
    phone_number: z
      .unknown()
      .refine((value) => value !== undefined, 'phone_number is required')
      .meta({
        type: 'string',
        pattern: phoneNumberPattern.source,
        description: 'The number to call, in E.164 format.',
      }),
    ...orderFields,
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `only these fields are allowed: ${fields}` : 'it must be a JSON object',
  },
)

const idempotencyKeyPattern =
  /^(?:"([\x20-\x21\x23-\x7e]{1,255})"|([\x21\x23-\x7e][\x20-\x21\x23-\x7e]{0,254}))$/

/** The Idempotency-Key of a request, bare or quoted, null when it has none. */
export const readIdempotencyKey = ({ headers }: Request): string | null => {
  const header = headers.get('idempotency-key')
  if (header === null) return null
  const [, quoted, bare] = idempotencyKeyPattern.exec(header) ?? []
  const key = quoted ?? bare
  if (key === undefined || holdsToken(key)) throw new ApiError('invalid_idempotency_key')
  return key
}

/** Parses the body of a trigger. Fails with the errors of the validate step, none of which repeats input. */
export const readTrigger = async (request: Request): Promise<TriggerRequest> => {
  const parsed = triggerBody.safeParse(await readJson(request))
  if (!parsed.success) {
    const { message, path } = parsed.error.issues[0] ?? { message: 'it has the wrong shape', path: [] }
    throw new ApiError('invalid_body', { detail: message, param: path.join('.') || undefined })
  }
  const { phone_number, ...rest } = parsed.data
  const order = orderOf(rest, phone_number)
  if (holdsToken(JSON.stringify([order.name, order.email, order.metadata, order.providerOptions])))
    throw keyInBody()
  return order
}
