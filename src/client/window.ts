/** The seconds until the window has room, from the RateLimit header of a response: 0 while anything is left. */
export const windowWaitMs = (headers: Headers) => {
  const [, seconds = '0'] = /"permin";r=0;t=(\d+)/.exec(headers.get('ratelimit') ?? '') ?? []
  return Number(seconds) * 1000
}
