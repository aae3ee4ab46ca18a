import { z } from 'zod'
import type { TriggerRequest } from '../../calls/trigger.ts'
import { Failure } from '../../failures.ts'
import { holdsToken } from '../../keys/token.ts'
import { isBlank, keyInBody, readJson } from '../body.ts'
import { isMailbox } from './mailbox.ts'
import { jsonObject } from './schemas.ts'

/** E.164: a plus and at most 15 digits, the first not 0; the shortest numbers in use have 7. */
export const phoneNumberPattern = /^\+[1-9]\d{6,14}$/
const fields = 'phone_number, agent_id, name, email, metadata'

/** What a trigger is asked with. The meta data is for its description; the number itself is looked at last. */
export const triggerBody = z.strictObject(
  {
    phone_number: z
      .unknown()
      .refine((value) => value !== undefined, 'phone_number is required')
      .meta({ type: 'string', pattern: phoneNumberPattern.source, description: 'Whom to call, in E.164.' }),
    agent_id: z
      .guid('agent_id must be a UUID')
      .toLowerCase()
      .nullish()
      .meta({ description: 'Who calls; without one, the environment’s default agent.' }),
    name: z
      .string('name must be a string')
      .max(200, 'name has at most 200 characters')
      .refine((name) => name.isWellFormed(), 'name must be well-formed Unicode')
      .nullish()
      .meta({ description: 'Whom the agent speaks with.' }),
    email: z
      .string('email must be a string')
      .trim()
      .max(254, 'email has at most 254 characters')
      .refine(isMailbox, 'email must be an e-mail address')
      .nullish()
      .meta({ description: 'Travels with the call.' }),
    metadata: jsonObject('metadata must be an object')
      .nullish()
      .meta({ description: 'Anything of yours: it comes back in the call and in webhooks.' }),
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
  if (key === undefined || holdsToken(key)) throw new Failure('invalid_idempotency_key')
  return key
}

const optional = new Set(['agent_id', 'name', 'email', 'metadata'])

/** Forms and templates send an optional field that nobody filled in as a blank text. */
const withoutBlanks = (body: unknown) => {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  const given = Object.entries(body).filter(([name, value]) => !(optional.has(name) && isBlank(value)))
  return Object.fromEntries(given)
}

/** The body of a trigger. Fails with the validate step's refusals; none of them repeats what was sent. */
export const readTrigger = async (request: Request): Promise<TriggerRequest> => {
  const parsed = triggerBody.safeParse(withoutBlanks(await readJson(request)))
  if (!parsed.success)
    throw new Failure('invalid_body', { detail: parsed.error.issues[0]?.message ?? 'it has the wrong shape' })
  const { phone_number, agent_id, name, email, metadata } = parsed.data
  if (typeof phone_number !== 'string' || !phoneNumberPattern.test(phone_number))
    throw new Failure('invalid_phone_number')
  if (holdsToken(JSON.stringify([name, email, metadata]))) throw keyInBody()
  return {
    phoneNumber: phone_number,
    agentId: agent_id ?? null,
    name: name ?? null,
    email: email ?? null,
    metadata: metadata ?? null,
  }
}
