const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

/** The three forms of a date in HTTP, RFC 9110 §5.6.7. */
const imf = (at: number) => new Date(at).toUTCString()
const rfc850 = (at: number) => {
  const [, day, month, year = '', time] = imf(at).split(' ')
  return `${days[new Date(at).getUTCDay()]}, ${day}-${month}-${year.slice(2)} ${time} GMT`
}
const asctime = (at: number) => {
  const [, day, month, year, time] = imf(at).split(' ')
  return `${imf(at).slice(0, 3)} ${month} ${String(Number(day)).padStart(2)} ${time} ${year}`
}

/** A time of day that shows whether a date is read as UTC, and whether hours and minutes are told apart. */
const beyondHour = 3600 + 120 + 3

/** What a Retry-After may hold, written at `now`, and the seconds that it asks for; undefined where it asks for nothing. */
export const retryAfterCases: { written: (now: number) => string; seconds: number | undefined }[] = [
  ...(
    [
      ['120', 120],
      ['1', 1],
      ['0', 0],
      ['0120', 120],
      ['99999999999999999999', 2 ** 31],
      ['9'.repeat(400), 2 ** 31],
      ['Sun, 06 Nov 1994 08:49:37 GMT', 0],
      ['Sunday, 06-Nov-94 08:49:37 GMT', 0],
      ['Sun Nov  6 08:49:37 1994', 0],
      ['Fri, 31 Dec 9999 23:59:59 GMT', 2 ** 31],
      ['', undefined],
      ['3600.5', undefined],
      ['.5', undefined],
      ['-1', undefined],
      ['-3600', undefined],
      ['+5', undefined],
      ['1e3', undefined],
      ['0x10', undefined],
      ['120, 60', undefined],
      ['120; q=1', undefined],
      ['120 seconds', undefined],
      ['soon', undefined],
      ['NaN', undefined],
      ['Infinity', undefined],
      ['Infinity 3600', undefined],
      ['2099', 2099],
      ['2099-01-01T00:00:00Z', undefined],
      ['Thu, 31 Dec 2099', undefined],
      ['23:59:59', undefined],
    ] as const
  ).map(([text, seconds]) => ({ written: () => text, seconds })),
  ...[imf, rfc850, asctime].flatMap((form) =>
    [90, beyondHour, -90].map((seconds) => ({
      written: (now: number) => form(now + seconds * 1000),
      seconds: Math.max(0, seconds),
    })),
  ),
]
