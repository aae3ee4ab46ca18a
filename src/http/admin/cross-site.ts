/**
 * True when an unsafe request comes from our own pages. Browsers say so in Sec-Fetch-Site; over plain http in a LAN
 * they do not, and then the Origin must be ours. A request without both is rejected.
 */
export const isFromOurPages = (request: Request, ours: readonly string[]) => {
  const site = request.headers.get('sec-fetch-site')
  if (site !== null) return site === 'same-origin'
  const origin = request.headers.get('origin')
  return origin !== null && ours.includes(origin)
}
