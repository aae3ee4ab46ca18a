interface Route {
  method: string
  path: string
}

/** Looks up paths without performing a request. */
export interface RouteTable {
  /** The methods of a path, empty for an unknown one. */
  allow(path: string): string[]
  /** The pattern of a path, empty for an unknown one. */
  patternOf(path: string): string
}

export const noRoutes: RouteTable = { allow: () => [], patternOf: () => '' }

/** Made from the app's routes, so that it cannot differ from them. */
export const createRouteTable = (routes: readonly Route[]): RouteTable => {
  const patterns = routes.map(({ method, path }) => ({
    method,
    path,
    literal: !path.includes(':'),
    pattern: new RegExp(
      `^${path.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+')}${path.endsWith('/') ? '' : '/?'}$`,
    ),
  }))

  /** A literal route takes precedence over routes with parameters, as in the router. */
  const find = (path: string) => {
    const matching = patterns.filter(({ pattern }) => pattern.test(path))
    const literal = matching.filter((route) => route.literal)
    return literal.length > 0 ? literal : matching
  }

  return {
    allow: (path) => {
      const methods = new Set(find(path).map(({ method }) => method))
      if (methods.has('GET')) methods.add('HEAD')
      return [...methods].toSorted()
    },
    patternOf: (path) => find(path)[0]?.path ?? '',
  }
}
