import { z } from 'zod'
import type { CallOrder } from '../calls/call.ts'
import { withOptions } from './options.ts'
import { member, text } from './parse.ts'
import { variablesOf } from './variables.ts'

/** Vapi: create call. Longer names and e-mail addresses get 400. */
const labelLimit = 40

/** Vapi's errors are those of NestJS (recalled): `message` is a text or a list. */
export const complaintIn = (json: unknown) => {
  const message = member(json, 'message')
  const said = Array.isArray(message) ? message.filter((one) => text(one)).join('; ') : text(message)
  return said ?? text(member(json, 'error'))
}

/** Values that Vapi would reject with 400 are sent as variables only, so that the call goes on. */
const label = z.email().max(labelLimit)

/** Vapi: create call. Variables may be of any JSON type (LiquidJS reads into them). */
export const orderFor = (order: CallOrder) => {
  const { id, agentRef, fromNumber, phoneNumber, name, email, metadata, options } = order
  const { assistantOverrides, ...body } = withOptions(options, {
    ...(agentRef === null ? {} : { assistantId: agentRef }),
    ...(fromNumber === null ? {} : { phoneNumberId: fromNumber }),
    name: id,
    customer: {
      number: phoneNumber,
      ...(name === null ? {} : { name: name.slice(0, labelLimit).toWellFormed() }),
      ...(label.safeParse(email).success ? { email } : {}),
      externalId: id,
    },
    assistantOverrides: {
      variableValues: variablesOf(order),
      metadata: { ...metadata, call_id: id },
    },
  })
  // A squad has overrides of its own, of the same type.
  return {
    ...body,
    [options?.squadId === undefined ? 'assistantOverrides' : 'squadOverrides']: assistantOverrides,
  }
}

export const blocked = 'concurrency limit reached'
export const isBlocked = (json: unknown) =>
  member(member(json, 'subscriptionLimits'), 'concurrencyBlocked') === true ||
  /concurrency/.test(text(member(json, 'endedReason')) ?? '')
