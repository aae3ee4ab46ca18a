import { Secret, TOTP } from 'otpauth'
import type { Gate } from './gate.ts'
import { keptCookies, postForm } from './page.ts'

/** A browser that keeps its cookies, as a real one does. */
export const createVisitor = (gate: Gate, cookie = '') => {
  const jar = { cookie }
  const keep = (response: Response) => {
    jar.cookie = keptCookies(jar.cookie, response)
    return response
  }
  const visit = async (path: string) => keep(await gate.request(path, { headers: jar }))
  const post = async (path: string, fields: Record<string, string> = {}) =>
    keep(await postForm(gate, path, fields, { ...jar, 'sec-fetch-site': 'same-origin' }))
  return { jar, visit, post }
}

export type Visitor = ReturnType<typeof createVisitor>

/** The code that an authenticator app with this secret shows. */
export const codeOf = (secret: string, at: number) =>
  new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp: at })

/** Adds an authenticator app through its page. The code that adds it is used up by that. */
export const addApp = async (gate: Gate, { visit, post }: Visitor, name = 'Phone') => {
  const html = await (await visit('/admin/account/authenticator')).text()
  const [, secret = ''] = /id="totp-secret"[^>]*value="([A-Z2-7]{32})"/.exec(html) ?? []
  const code = () => codeOf(secret, gate.clock.now())
  const added = await post('/admin/account/authenticator', { name, code: code() })
  const codes = (await added.clone().text()).match(/\b[0-9a-z]{6}(?:-[0-9a-z]{6}){3}\b/g) ?? []
  return { secret, code, added, codes }
}
