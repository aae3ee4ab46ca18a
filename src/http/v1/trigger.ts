import { z } from 'zod'
import { orderFields, orderOf, type TriggerRequest } from '../../calls/order.ts'
import { phoneNumberPattern } from '../../calls/phone-number.ts'
import { ApiError } from '../../failures.ts'
import { holdsToken } from '../../keys/token.ts'
import { keyInBody, readJson } from '../body.ts'

const fields = ['phone_number', ...Object.keys(orderFields)].join(', ')

/** What a trigger is asked with. The meta data is for its description; the number itself is looked at last. */
export const triggerBody = z.strictObject(
  {
    phone_number: z
      .unknown()
      .refine((value) => value !== undefined, 'phone_number is required')
      .meta({ type: 'string', pattern: phoneNumberPattern.source, description: 'Whom to call, in E.164.' }),
    ...orderFields,
  },
  {
    error: ({ code }) =>
      code === 'unrecognized_keys' ? `only these fields are known: ${fields}` : 'it must be a JSON object',
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

/** The body of a trigger. Fails with the validate step's refusals; none of them repeats what was sent. */
export const readTrigger = async (request: Request): Promise<TriggerRequest> => {
  const parsed = triggerBody.safeParse(await readJson(request))
  if (!parsed.success)
    throw new ApiError('invalid_body', {
      detail: parsed.error.issues[0]?.message ?? 'it has the wrong shape',
    })
  const { phone_number, ...rest } = parsed.data
  const order = orderOf(rest, phone_number)
  if (holdsToken(JSON.stringify([order.name, order.email, order.metadata, order.providerOptions])))
    throw keyInBody()
  return order
}
