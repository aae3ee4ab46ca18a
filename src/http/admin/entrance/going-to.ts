import { pathOf } from '../../url.ts'

/** The field and the parameter that hold the page to open after signing in. */
export const goingTo = 'next'

const start = '/admin'
/** Pages of the sign-in itself, and what is no page to come back to. */
const notPages = /^\/admin\/(?:$|sign-|second-factor|confirm|setup|invitation|new-password|assets)/
const longest = 1000

/**
 * The page to open after signing in: only one of our own, so that nobody can send people elsewhere through us. Browsers
 * read `\` as `/`, and drop tabs and line ends before they look.
 */
export const ownPage = (wanted: string | null | undefined): string => {
  if (!wanted || wanted.length > longest || !/^\/admin\/[!-~]*$/.test(wanted) || wanted.includes('\\'))
    return start
  const url = URL.parse(wanted, 'http://callgate.invalid')
  if (url?.origin !== 'http://callgate.invalid' || !url.pathname.startsWith('/admin/')) return start
  return notPages.test(url.pathname) ? start : url.pathname + url.search
}

/** The page that a request asks for after signing in. */
export const nextOf = ({ url }: Request) => ownPage(new URL(url).searchParams.get(goingTo))

/** A page of the sign-in, with the page to open after it. */
export const withNext = (path: string, next: string) =>
  next === start ? path : `${path}?${new URLSearchParams({ [goingTo]: next })}`

/** Where a page that was looked at without a session leads: to the sign-in, and from there back. */
export const stepBefore = (step: string, request: Request) =>
  request.method === 'GET' ? withNext(step, ownPage(pathOf(request) + new URL(request.url).search)) : step
