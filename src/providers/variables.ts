import type { CallOrder } from '../calls/call.ts'
import type { RawJson } from '../json.ts'

type Ordered = Pick<CallOrder, 'id' | 'name' | 'email' | 'metadata'>
type Written<Value> = Record<string, Value>

/**
 * What an agent can speak of: the metadata, and `name`, `email` and `call_id`, which win over metadata of the same name.
 * Null is left out: a variable that is not there, not one that says "null". `write` makes of each value what the
 * provider takes; left out, any JSON.
 */
export function variablesOf(order: Ordered): Written<unknown>
export function variablesOf<Value>(order: Ordered, write: (value: unknown) => Value): Written<Value>
export function variablesOf({ id, name, email, metadata }: Ordered, write = (value: unknown) => value) {
  const all = { ...given(metadata ?? {}), ...given({ name, email }), call_id: id }
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, write(value)]))
}

/** For variables that are text alone. */
export const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** For variables that have no parts: numbers and booleans stay. */
export const asScalar = (value: unknown) =>
  typeof value === 'object' && !JSON.isRawJSON(value)
    ? JSON.stringify(value)
    : (value as string | number | boolean | RawJson)

const given = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
