/** Longer than any call. */
export const longestSeconds = 7 * 24 * 60 * 60
const analysisBytes = 64 * 1024

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
    const isRoom = size + more <= analysisBytes
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
