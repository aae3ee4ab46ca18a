import type { Gate } from './gate.ts'
import { keptCookies } from './page.ts'

const flashIn = (html: string) => /<p class="notice flash" role="status">([^<]*)<\/p>/.exec(html)?.[1]

/** What the page after a form says of it: the response itself, or the page that it leads to. And what that page says when it is opened again. */
export const flashAfter = async ({ request }: Gate, cookie: string, response: Response) => {
  let [page, jar] = [response, keptCookies(cookie, response)]
  let path = ''
  while (page.status === 303) {
    path = page.headers.get('location') ?? ''
    page = await request(path, { headers: { cookie: jar } })
    jar = keptCookies(jar, page)
  }
  const said = flashIn(await page.text())
  const reloaded = await request(path === '' ? '/admin/account' : path, { headers: { cookie: jar } })
  return { said, again: flashIn(await reloaded.text()) }
}
