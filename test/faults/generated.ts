import naughtyStrings from 'big-list-of-naughty-strings/blns.json'
import { createRandom } from '../support/random.ts'

/** What a hostile client knows: where things are, and credentials that open them. */
export interface Gate {
  /** `METHOD /path/:parameter`, as the API describes itself and the page has it. */
  routes: string[]
  key: string
  cookie: string
  /** What stands behind a path's parameters, by their names. */
  behind: Record<string, string[]>
}

export interface Generated {
  route: string
  bytes: string
  /** Where this stands in an answer, the answer repeats its input. */
  marker: string
  /** Its method is none that HTTP knows: Bun closes such a connection without a word. */
  isUnheardOf: boolean
}

type Random = ReturnType<typeof createRandom>

const naughty = naughtyStrings as string[]
const unheardOf = ['FOO', 'get']
const methods = 'GET HEAD POST PUT PATCH DELETE OPTIONS TRACE PROPFIND'.split(' ').concat(unheardOf)
const contentTypes = [
  'application/json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/plain',
  'application/json; charset=utf-16',
  'application/xml',
  'application/octet-stream',
  '',
  '/',
  'application/json, text/html',
]
/** What the API, the page's forms and the providers' reports call their fields, and what breaks careless code. */
const fields = (
  'phone_number agent_id name email metadata limit cursor status plan password current token url enabled real replaces agent ' +
  'environment provider ref from requests_per_minute concurrent_calls base_url api_key hook_secret account_sid scenario before ' +
  'request tested message call_id CallSid CallStatus event type data __proto__ constructor toString'
).split(' ')
const encodings = [
  '%',
  '%zz',
  '%00',
  '%c0%af',
  '%ff',
  '%u0041',
  '+',
  ';',
  '&&',
  '=',
  '[]=',
  '[a][b]=',
  '#',
  '%0d%0a',
  '%2e%2e%2f',
]

const latin1 = (text: string) => Buffer.from(text, 'utf8').toString('latin1')

/** A value of any JSON type, which carries the marker where it carries text. */
const valueOf = ({ random, pick }: Random, marker: string, depth = 0): unknown => {
  const kinds = [
    'naughty',
    'naughty',
    'naughty',
    'number',
    'flag',
    'long',
    ...(depth < 3 ? ['list', 'object'] : []),
  ]
  switch (pick(kinds)) {
    case 'number':
      return pick([0, -1, 1e308, 2 ** 53, 0.1, -0])
    case 'flag':
      return pick([true, false, null])
    case 'long':
      return marker + 'x'.repeat(Math.floor(random() * 3000))
    case 'list':
      return Array.from({ length: Math.floor(random() * 4) }, () =>
        valueOf({ random, pick }, marker, depth + 1),
      )
    case 'object':
      return {
        [pick(fields)]: valueOf({ random, pick }, marker, depth + 1),
        [`${pick(naughty)}${marker}`]: marker,
      }
    default:
      return `${pick(naughty)}${marker}`
  }
}

const jsonBody = (random: Random, marker: string) => {
  const { pick } = random
  if (random.random() < 0.3)
    return JSON.stringify({
      phone_number: '+15551234500',
      metadata: { [`${pick(naughty)}${marker}`]: valueOf(random, marker) },
    })
  const good = random.random() < 0.5 ? { phone_number: '+15551234500' } : {}
  const given = Array.from({ length: 4 }, () => [pick(fields), valueOf(random, marker)] as const)
  return JSON.stringify({ ...good, ...Object.fromEntries(given) })
}

const formBody = (random: Random, marker: string) => {
  const given = Array.from({ length: 5 }, (): [string, string] => [
    random.pick(fields),
    `${random.pick(naughty)}${marker}`,
  ])
  return String(new URLSearchParams(given))
}

const oddBody = ({ random, pick }: Random, marker: string) => {
  const deep = 1 + Math.floor(random() * 5000)
  return pick([
    '',
    'null',
    '[]',
    `"${marker}"`,
    `{"phone_number":"${marker}`,
    '['.repeat(deep),
    `{"metadata":${'{"a":'.repeat(deep)}1${'}'.repeat(deep)}}`,
    `{"phone_number":"+15551234500","metadata":{"${marker}":"${'x'.repeat(40_000)}"}}`,
    'x'.repeat(70_000),
    `\xff\xfe${marker}\xc3\x28`,
    `\0${marker}`,
    `--x\r\nContent-Disposition: form-data; name="name"\r\n\r\n${marker}\r\n--x--\r\n`,
    `{"phone_number":"1","phone_number":"${marker}"}`,
    `{"__proto__":{"admin":true},"name":"${marker}"}`,
  ])
}

const queryOf = ({ random, pick }: Random, marker: string) => {
  if (random() < 0.4) return ''
  const one = () =>
    random() < 0.3
      ? `${pick(fields)}${pick(encodings)}${marker}`
      : `${pick(fields)}=${encodeURIComponent(pick(naughty).toWellFormed())}${marker}`
  return `?${Array.from({ length: 1 + Math.floor(random() * 3) }, one).join('&')}`
}

const pathOf = (
  { random, pick }: Random,
  { route, behind, marker }: { route: string; behind: Record<string, string[]>; marker: string },
) => {
  const path = (route.split(' ')[1] ?? '/').replaceAll(/[:{](\w+)\}?/g, (_, name: string) => {
    const known = behind[name]
    if (known && random() < 0.85) return pick(known)
    const odd = random() < 0.5 ? encodeURIComponent(pick(naughty).toWellFormed()) : pick(encodings)
    return random() < 0.2 ? '01890000-0000-7000-8000-000000000000' : `${odd}${marker}`
  })
  if (random() < 0.95) return path
  return pick([
    `${path}/`,
    `/${path}`,
    `${path}/../..${path}`,
    `${path}%00`,
    `${path};${marker}`,
    path.toUpperCase(),
    `*`,
  ])
}

/** Header values are bytes: CR, LF and NUL in them are the framing's affair. */
const inHeader = (text: string) => latin1(text).replaceAll(/[\r\n\0]/g, ' ')

const headersOf = (random: Random, { key, cookie }: Gate, marker: string) => {
  const { pick } = random
  const often = (share: number) => random.random() < share
  const headers = [`Host: ${often(0.98) ? 'callgate.test' : inHeader(pick(naughty))}`]
  if (often(0.85)) headers.push(`Authorization: Bearer ${key}`)
  else if (often(0.7))
    headers.push(`Authorization: ${pick(['Bearer', 'Basic', ''])} ${inHeader(pick(naughty))}${marker}`)
  if (often(0.9)) headers.push(`Cookie: ${often(0.95) ? cookie : inHeader(pick(naughty))}; a=${marker}`)
  if (often(0.95)) headers.push('Sec-Fetch-Site: same-origin')
  if (often(0.1)) headers.push(`Idempotency-Key: ${inHeader(pick(naughty))}${marker}`)
  if (often(0.1)) headers.push(`X-Forwarded-For: ${inHeader(pick(naughty))}`)
  if (often(0.1)) headers.push(`User-Agent: ${inHeader(pick(naughty))}${marker}`)
  if (often(0.1)) headers.push(`Accept: ${pick(['*/*', 'text/html', 'application/json', marker])}`)
  if (often(0.05))
    headers.push(
      pick(['Expect: 100-continue', 'Content-Encoding: gzip', 'Range: bytes=0-1', 'Accept-Encoding: br;q=x']),
    )
  if (often(0.02))
    headers.push(
      'Upgrade: websocket',
      'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
      'Sec-WebSocket-Version: 13',
    )
  if (often(0.02)) headers.push(...Array.from({ length: 150 }, (_, number) => `X-${number}: ${marker}`))
  if (often(0.02)) headers.push(`X-Long: ${'x'.repeat(Math.floor(random.random() * 60_000))}`)
  return headers
}

/** The request of this number, the same for the same seed: of a route that there is, and hostile in some of its parts. */
export const generate = (gate: Gate, seed: number, number: number): Generated => {
  const random = createRandom(seed * 1_000_003 + number)
  const { pick } = random
  const route = pick(gate.routes)
  const tag = `zq${number.toString(36)}qz`
  const marker = random.random() < 0.5 ? tag : `"'><${tag}>`
  const inUrl = encodeURIComponent(marker)
  const method = random.random() < 0.9 ? (route.split(' ')[0] ?? 'GET') : pick(methods)
  const target = `${pathOf(random, { route, behind: gate.behind, marker: inUrl })}${queryOf(random, inUrl)}`
  const isApi = /^\S+ \/(api|hooks)/.test(route)
  const makes =
    random.random() < 0.75 ? (isApi ? jsonBody : formBody) : pick([jsonBody, formBody, oddBody, oddBody])
  const type = random.random() < 0.85 ? contentTypes[makes === formBody ? 1 : 0] : pick(contentTypes)
  const body = makes === oddBody ? oddBody(random, marker) : latin1(makes(random, marker))
  const carries = method !== 'GET' && method !== 'HEAD' && method !== 'get'
  const chunked = random.random() < 0.1
  const length = chunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`
  const sent =
    chunked && body.length > 0
      ? `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`
      : chunked
        ? '0\r\n\r\n'
        : body
  const head = [
    `${method} ${target.replaceAll(/[\s\0]/g, '')} HTTP/1.1`,
    ...headersOf(random, gate, marker),
    ...(carries ? [`Content-Type: ${type}`, length] : []),
    'Connection: close',
  ]
  return {
    route,
    marker: tag,
    isUnheardOf: unheardOf.includes(method),
    bytes: `${head.join('\r\n')}\r\n\r\n${carries ? sent : ''}`,
  }
}
