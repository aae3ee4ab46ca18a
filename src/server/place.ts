import { type Config, ConfigError } from '../config.ts'

interface Place {
  hostname: string
  port: number
}

/**
 * Listens. Throws a `ConfigError` that names the variables where that can never work; a port in use may become free.
 */
export const listening = <T>(variable: string, place: Place, listen: () => T): T => {
  try {
    return listen()
  } catch (error) {
    if ((error as { code?: string }).code === 'EADDRINUSE') throw error
    throw new ConfigError([problem(variable, place, error as Error & { code?: string })])
  }
}

/** Throws a `ConfigError` for an address that this machine does not have, and a port that this user may not take. */
export const tryPlaces = ({ host, port, metricsAddress }: Config) => {
  const places: [string, Place][] = [['CALLGATE_HOST', { hostname: host, port }]]
  if (metricsAddress) places.push(['CALLGATE_METRICS_ADDRESS', metricsAddress])
  const problems = places.flatMap(([variable, place]) => {
    try {
      listening(variable, place, () => listenBriefly(place))
      return []
    } catch (error) {
      return error instanceof ConfigError ? error.problems : []
    }
  })
  if (problems.length > 0) throw new ConfigError(problems)
}

/**
 * Only ports below this one, which may need a privilege, are tried themselves: trying another could take it from a
 * server that starts.
 */
const firstOpenPort = 1024

const listenBriefly = ({ hostname, port }: Place) =>
  Bun.serve({
    hostname,
    port: port < firstOpenPort ? port : 0,
    reusePort: false,
    fetch: () => new Response(),
  }).stop(true)

const problem = (
  variable: string,
  { hostname, port }: Place,
  { code, message }: Error & { code?: string },
) => {
  if (code === 'EACCES')
    return `${variable === 'CALLGATE_HOST' ? 'CALLGATE_PORT' : variable} is port ${port}, which this user is not allowed to listen on. Choose 1024 or higher, or grant CAP_NET_BIND_SERVICE.`
  return `${variable} is not an address of this machine: ${hostname} (${message}).`
}
