/** Longer than any call. */
export const longestSeconds = 7 * 24 * 60 * 60
