import { agreeing, cookieOf, operator } from './page.ts'

interface Running {
  url: string
  setupLink(): Promise<string>
}

/** The operator of a server that runs, signed in, who can look at pages and post forms as a browser does. */
export const setUpOperator = async ({ url, setupLink }: Running) => {
  const token = new URL(await setupLink()).hash.slice(1)
  const made = await postTo(url, '/admin/setup', { token, ...operator })
  const cookie = cookieOf(made)
  if (made.status !== 303) throw new Error(`the setup answered ${made.status}`)
  const visit = (path: string) => fetch(`${url}${path}`, { headers: { cookie }, redirect: 'manual' })
  /** Agrees to whatever the dashboard asks before it ends something. */
  const post = async (path: string, fields: Record<string, string> = {}) => {
    const send = (given: Record<string, string>) => postTo(url, path, given, { cookie })
    return agreeing(await send(fields), send)
  }

  /** A new key, made as a person makes one: by the form that names the key it replaces. */
  const rotate = async (agency: string, environment: string) => {
    const path = `/admin/agencies/${agency}/integrations/api/${environment}`
    const form = await (await visit(`${path}/rotate`)).text()
    const [, replaces = ''] = /name="replaces" value="([^"]+)"/.exec(form) ?? []
    const answer = await post(`${path}/key`, { replaces })
    const [key] = /bvai_sk_[0-9A-Za-z]{38}/.exec(await answer.text()) ?? []
    if (!key) throw new Error(`the rotation answered ${answer.status}`)
    return key
  }
  return { cookie, token, visit, post, rotate }
}

/** Posts a form as a page of the server itself does. */
export const postTo = (
  url: string,
  path: string,
  fields: Record<string, string>,
  headers: Record<string, string> = {},
) =>
  fetch(`${url}${path}`, {
    method: 'POST',
    headers: { 'sec-fetch-site': 'same-origin', ...headers },
    body: new URLSearchParams(fields),
    redirect: 'manual',
  })
