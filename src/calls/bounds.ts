/** Longer than any call. */
export const longestSeconds = 7 * 24 * 60 * 60

/** What is kept of what a provider tells: bytes of UTF-8, of an object or a list as JSON. */
export const bytesMost = {
  id: 500,
  reason: 500,
  summary: 16 * 1024,
  url: 2048,
  analysis: 64 * 1024,
  transcript: 256 * 1024,
} as const

/** The begin of a text, as many characters as there is room for. */
export const cut = (text: string, most: number): string =>
  text.length * 3 <= most
    ? text
    : text.slice(0, new TextEncoder().encodeInto(text, new Uint8Array(most)).read)

/** An id or an address that is cut would be another one: undefined where it is too long. */
export const whole = (text: string | null | undefined, most: number): string | undefined =>
  typeof text === 'string' && Buffer.byteLength(text) <= most ? text : undefined

/** The items that fit, from the first one on. */
export const firstItems = <Item>(items: readonly Item[], most: number): Item[] => {
  let size = 2
  const end = items.findIndex((item) => (size += jsonBytes(item) + 1) > most)
  return end === -1 ? [...items] : items.slice(0, end)
}

/**
 * An object with the members of another that it has not had yet, as far as there is room for them. The very same object
 * where none is added.
 */
export const withMembers = (
  held: Record<string, unknown> | null,
  told: Record<string, unknown>,
): Record<string, unknown> | null => {
  let size = held === null ? 2 : jsonBytes(held)
  const added = Object.entries(told).filter(([name, value]) => {
    if (value === undefined || value === null || (held && Object.hasOwn(held, name))) return false
    const more = jsonBytes({ [name]: value })
    const isRoom = size + more <= bytesMost.analysis
    if (isRoom) size += more
    return isRoom
  })
  return added.length === 0 ? held : Object.fromEntries([...Object.entries(held ?? {}), ...added])
}

/** Infinite for what is nested too deep to be written. */
const jsonBytes = (value: unknown) => {
  try {
    return Buffer.byteLength(JSON.stringify(value))
  } catch {
    return Number.POSITIVE_INFINITY
  }
}
