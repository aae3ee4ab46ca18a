/** How long the window is full, as an answer's RateLimit header has it: 0 while anything is left. */
export const windowWaitMs = (headers: Headers) => {
  const [, seconds = '0'] = /"permin";r=0;t=(\d+)/.exec(headers.get('ratelimit') ?? '') ?? []
  return Number(seconds) * 1000
}
