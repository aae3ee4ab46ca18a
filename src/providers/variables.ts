import type { CallOrder } from '../calls/call.ts'
import type { RawJson } from '../json.ts'

type Ordered = Pick<CallOrder, 'id' | 'name' | 'email' | 'metadata'>
type Written<Value> = Record<string, Value>

/**
 * The variables of an agent: the metadata, and `name`, `email` and `call_id`, which take precedence. Null values are
 * left out, because a provider would speak the word "null". `write` converts each value; left out, any JSON stays.
 */
export function variablesOf(order: Ordered): Written<unknown>
export function variablesOf<Value>(order: Ordered, write: (value: unknown) => Value): Written<Value>
export function variablesOf({ id, name, email, metadata }: Ordered, write = (value: unknown) => value) {
  const all = { ...given(metadata ?? {}), ...given({ name, email }), call_id: id }
  return Object.fromEntries(Object.entries(all).map(([key, value]) => [key, write(value)]))
}

/** For providers with text variables only. */
export const asText = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value))

/** For providers with scalar variables: numbers and booleans stay. */
export const asScalar = (value: unknown) =>
  typeof value === 'object' && !JSON.isRawJSON(value)
    ? JSON.stringify(value)
    : (value as string | number | boolean | RawJson)

const given = (values: Record<string, unknown>) =>
  Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null))
