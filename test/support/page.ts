import { tokenHash } from '../../src/keys/token.ts'
import type { Invitation, Person } from '../../src/people/person.ts'
import type { Gate } from './gate.ts'
import { atOnce } from '../../src/work.ts'

export const operator = { email: 'ops@example.com', password: 'correct horse battery' }
const setupToken = 'a-setup-token'
const sameOrigin = { 'sec-fetch-site': 'same-origin' }

/** Opens the setup page's door, as a first start does. */
export const allowSetup = ({ services, clock }: Gate, token = setupToken) => {
  atOnce(services.people.setSetupToken(tokenHash(token), clock.now() + 30 * 60_000))
  return token
}

/** Posts a form, and agrees to whatever the dashboard asks before it ends something. */
export const postForm = async (
  gate: Gate,
  path: string,
  fields: Record<string, string>,
  headers: HeadersInit = sameOrigin,
) => {
  const post = (body: Record<string, string>) =>
    gate.request(path, { method: 'POST', headers, body: new URLSearchParams(body) })
  return agreeing(await post(fields), post)
}

/** Answers the question of a response, if it is one, by posting its fields. */
export const agreeing = async (
  response: Response,
  post: (fields: Record<string, string>) => Promise<Response>,
) => {
  if (response.status !== 422) return response
  const [question] = /<article class="question".*?<\/article>/s.exec(await response.clone().text()) ?? []
  return question === undefined ? response : post(hiddenFields(question))
}

const hiddenFields = (html: string) =>
  Object.fromEntries(
    [...html.matchAll(/<input type="hidden" name="([^"]+)"(?: value="([^"]*)")?/g)].map(
      ([, name = '', value = '']) => [name, unescaped(value)],
    ),
  ) as Record<string, string>

const unescaped = (text: string) =>
  text.replaceAll('&quot;', '"').replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** The path that the form of a one-time link posts to, and its code, which no server sees when the link is opened. */
export const partsOf = (link: string) => {
  const [, path = '', code = ''] = /^(?:https?:\/\/[^/]+)?(\/[^?#]*)\/open#([\w-]+)$/.exec(link) ?? []
  return { path, code }
}

/** Opens a one-time link as its page does. */
export const openLink = (gate: Gate, link: string, headers: HeadersInit = sameOrigin) => {
  const { path, code } = partsOf(link)
  return postForm(gate, path, { token: code }, headers)
}

export const cookieOf = (response: Response) => response.headers.get('set-cookie')?.split(';')[0] ?? ''

/** The cookies of a browser after a response. One that was removed is kept without a value. */
export const keptCookies = (cookie: string, response: Response) => {
  const jar = new Map(
    cookie
      .split('; ')
      .filter(Boolean)
      .map((each) => [each.split('=')[0] ?? '', each]),
  )
  for (const set of response.headers.getSetCookie()) {
    const [pair = ''] = set.split(';')
    jar.set(pair.split('=')[0] ?? '', pair)
  }
  return [...jar.values()].join('; ')
}

/** Somebody signed in as the operator, who can look at pages and post forms. */
export const createOperator = async (gate: Gate, password = operator.password) => {
  const token = allowSetup(gate)
  const cookie = cookieOf(await postForm(gate, '/admin/setup', { token, ...operator, password }))
  return {
    cookie,
    visit: (path: string) => gate.request(path, { headers: { cookie } }),
    post: (path: string, fields: Record<string, string> = {}) =>
      postForm(gate, path, fields, { cookie, ...sameOrigin }),
  }
}

/** A link that the command line made a moment ago: an invitation, or one to a new password where it is for a person. */
export const linkTo = (link: Pick<Invitation, 'hash' | 'createdAt'> & Partial<Invitation>): Invitation => ({
  email: `${crypto.randomUUID()}@example.com`,
  role: 'operator',
  agencyId: null,
  personId: null,
  createdById: null,
  createdBy: 'command line',
  expiresAt: link.createdAt + 1000,
  ...link,
})

/** Somebody with an account and an open session, made as by a passkey: without waiting for a password's hash. */
export const enter = (
  { services, clock }: Gate,
  { role = 'admin', agencyId = null, email = `${crypto.randomUUID()}@example.com` }: Partial<Person>,
) => {
  const { invitations, sessions } = services
  const now = clock.now()
  atOnce(invitations.add(linkTo({ hash: email, email, role, agencyId, createdAt: now })))
  const person = atOnce(invitations.accept(email, 'matches nothing', now))
  if (person === undefined || person === 'taken') throw new Error('no account was made')
  const visit = { request: new Request('http://localhost'), address: null }
  return { person, cookie: atOnce(sessions.open(person.id, visit, true)).split(';')[0] ?? '' }
}

/** The text of a page as its reader sees it, on one line. */
export const textOf = async (response: Response) => {
  const body = (await response.text()).replace(/<head>.*<\/head>/s, '')
  const html = body.replaceAll(/<\/?time[^>]*>/g, '').replaceAll(/<[^>]+>/g, ' ')
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' }
  return html.replaceAll(/&(\w+);/g, (whole, name) => entities[name] ?? whole).replaceAll(/\s+/g, ' ')
}
