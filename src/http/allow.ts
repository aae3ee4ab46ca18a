interface Route {
  method: string
  path: string
}

/** Lists the methods of a path from the route table, so that `Allow` cannot differ from it. */
export const createAllow = (routes: readonly Route[]) => {
  const patterns = routes.map(({ method, path }) => ({
    method,
    literal: !path.includes(':'),
    pattern: new RegExp(
      `^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}${path.endsWith('/') ? '' : '/?'}$`,
    ),
  }))

  /** Empty for an unknown path. A literal route takes precedence over routes with parameters, as in the router. */
  return (path: string): string[] => {
    const matching = patterns.filter(({ pattern }) => pattern.test(path))
    const literal = matching.filter((route) => route.literal)
    const methods = new Set((literal.length > 0 ? literal : matching).map(({ method }) => method))
    if (methods.has('GET')) methods.add('HEAD')
    return [...methods].toSorted()
  }
}
