/** RFC 9110 §5.6.7: the one form of dates, and its two obsolete ones, of which the last has no zone. */
const httpDate =
  /^[A-Z][a-z]{2,8}(?:, \d\d([ -])[A-Z][a-z]{2}\1\d{2,4} [\d:]{8} GMT| [A-Z][a-z]{2} [ \d]\d [\d:]{8} \d{4})$/

/** RFC 9111 §1.2.2: a longer time counts as this. */
const longestSeconds = 2 ** 31

/**
 * The seconds of a Retry-After from `now`, by RFC 9110 §10.2.3 a whole number or a date; 0 for a past date, undefined
 * for anything else.
 */
export const readRetryAfter = (header: string | null, now: number): number | undefined => {
  const text = header?.trim() ?? ''
  if (/^\d+$/.test(text)) return Math.min(Number(text), longestSeconds)
  const at = httpDate.test(text) ? Date.parse(text.endsWith('GMT') ? text : `${text} GMT`) : Number.NaN
  return Number.isNaN(at) ? undefined : Math.min(Math.max(0, Math.ceil((at - now) / 1000)), longestSeconds)
}
