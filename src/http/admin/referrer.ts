/** The path of the page of ours that a request comes from; undefined for one of others. */
export const ownReferrer = (request: Request, ours: readonly string[]): string | undefined => {
  const referrer = URL.parse(request.headers.get('referer') ?? '')
  if (!referrer || !ours.includes(referrer.origin) || !referrer.pathname.startsWith('/admin/'))
    return undefined
  return referrer.pathname
}
