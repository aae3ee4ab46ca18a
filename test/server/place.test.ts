import { expect, test } from 'bun:test'
import { ConfigError } from '../../src/config.ts'
import { listening } from '../../src/server/place.ts'

const place = { hostname: '192.0.2.1', port: 80 }

const problemOf = (variable: string, code: string) => {
  try {
    listening(variable, place, () => {
      throw Object.assign(new Error('what the system says'), { code })
    })
  } catch (error) {
    return error instanceof ConfigError ? error.problems : (error as { code: string }).code
  }
  return undefined
}

test('a port that this user may not listen on is told of the variable that names it', () => {
  const sentence =
    'is port 80, which this user is not allowed to listen on. Choose 1024 or higher, or grant CAP_NET_BIND_SERVICE.'
  expect(problemOf('CALLGATE_HOST', 'EACCES')).toEqual([`CALLGATE_PORT ${sentence}`])
  expect(problemOf('CALLGATE_METRICS_ADDRESS', 'EACCES')).toEqual([`CALLGATE_METRICS_ADDRESS ${sentence}`])
})

test('a port that is taken is no problem of the configuration, and every other failure is one', () => {
  expect(problemOf('CALLGATE_HOST', 'EADDRINUSE')).toBe('EADDRINUSE')
  for (const code of ['EADDRNOTAVAIL', 'ENOTFOUND', 'EAFNOSUPPORT'])
    expect(problemOf('CALLGATE_HOST', code)).toEqual([
      'CALLGATE_HOST is not an address of this machine: 192.0.2.1 (what the system says).',
    ])
})
