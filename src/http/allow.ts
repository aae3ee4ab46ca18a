interface Route {
  method: string
  path: string
}

/** Tells the methods that a path takes, from the routes themselves: what `Allow` says cannot differ from what is there. */
export const createAllow = (routes: readonly Route[]) => {
  const patterns = routes.map(({ method, path }) => ({
    method,
    literal: !path.includes(':'),
    pattern: new RegExp(
      `^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}${path.endsWith('/') ? '' : '/?'}$`,
    ),
  }))

  /** Empty for an unknown path. A literal route hides the ones with parameters, as it does for a reader of the API. */
  return (path: string): string[] => {
    const matching = patterns.filter(({ pattern }) => pattern.test(path))
    const literal = matching.filter((route) => route.literal)
    const methods = new Set((literal.length > 0 ? literal : matching).map(({ method }) => method))
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods].toSorted()
  }
}
