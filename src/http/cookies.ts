interface Answer {
  headers: Record<string, string | number | string[] | undefined>
}

/** Adds a cookie to those that the response sets already. */
export const addCookie = ({ headers }: Answer, cookie: string) => {
  const before = headers['set-cookie']
  headers['set-cookie'] = [...(before === undefined ? [] : [before].flat().map(String)), cookie]
}

/** The value of a request's cookie. */
export const cookieIn = (request: Request, name: string): string | undefined =>
  new Bun.CookieMap(request.headers.get('cookie') ?? '').get(name) ?? undefined
