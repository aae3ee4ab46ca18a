/** Where browsers say that a request comes from, how it is written, and what is to become of it. */
export const sites = [undefined, 'same-origin', 'same-site', 'cross-site', 'none']

/** What the gate is asked for by: its own name or an address, with and without a port. */
export const hosts = ['localhost', 'calls.example.com:8081', '192.168.77.5:3000', '[fd00::5]:3000']

/** Browsers send the first two when a page hides where it is; of the others two are the gate's own. */
export const originsAround = (host: string) => [
  undefined,
  'null',
  `http://${host}`,
  `https://${host}`,
  `http://${host.replace(/:\d+$/, '')}:8080`,
  `http://${host}.evil.example`,
  'http://evil.example',
  'https://calls.example.com',
]

export const contentTypes = [
  'application/x-www-form-urlencoded',
  'application/x-www-form-urlencoded; charset=utf-8',
  'multipart/form-data; boundary=x',
  'text/plain',
  'application/json',
  undefined,
]
export const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']
export const form = String(new URLSearchParams({ name: 'Made', plan: 'agency' }))

/** Who sends it: what the browser says of the page it comes from, or, where that is missing, an origin of ours. */
export const fromOurPages = (host: string, site: string | undefined, origin: string | undefined) =>
  site === undefined
    ? origin === `http://${host}` || origin === 'https://calls.example.com'
    : site === 'same-origin'

export const statusOf = (method: string, ours: boolean, contentType: string | undefined) => {
  if (method === 'GET' || method === 'HEAD') return 200
  if (method !== 'POST') return 405
  if (!ours) return 403
  return contentType?.startsWith('application/x-www-form-urlencoded') ? 303 : 415
}
