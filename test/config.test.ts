import { expect, test } from 'bun:test'
import { ConfigError, readConfig } from '../src/config.ts'

const problemsOf = (variables: Record<string, string>) => {
  try {
    readConfig(variables, false)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

test('an empty environment gives the documented defaults', () => {
  expect(readConfig({}, false)).toEqual({
    host: '127.0.0.1',
    port: 3000,
    dataDir: './data',
    publicUrl: null,
    requestsPerMinute: 100,
    concurrentCalls: 10,
    windowSeconds: 60,
    maxCallSeconds: 3600,
    secret: null,
    allowPrivateDestinations: false,
    logLevel: 'info',
    logFormat: 'json',
  })
  expect(readConfig({}, true).logFormat).toBe('pretty')
})

test('an empty variable counts as one that is not set', () => {
  expect(readConfig({ CALLGATE_PORT: '' }, false).port).toBe(3000)
})

test('all problems are reported at once, each as a sentence that names its variable', () => {
  expect(
    problemsOf({
      CALLGATE_PORT: '70000',
      CALLGATE_CONCURRENT_CALLS: 'ten',
      CALLGATE_PUBLIC_URL: 'calls.example.com',
      CALLGATE_LOG_FORMAT: 'xml',
    }),
  ).toEqual([
    'CALLGATE_PORT must be a whole number from 0 to 65535.',
    'CALLGATE_PUBLIC_URL must be an http or https address, for example https://calls.example.com.',
    'CALLGATE_CONCURRENT_CALLS must be a whole number from 1 to 1000000.',
    'CALLGATE_LOG_FORMAT must be one of pretty, json.',
  ])
})

test.each(['-1', '1.5', '0x10', '1e3', ' 5', '99999999999999999999'])('%p is no whole number', (port) => {
  expect(problemsOf({ CALLGATE_PORT: port })).toHaveLength(1)
})

test('a public address loses its closing slash', () => {
  expect(readConfig({ CALLGATE_PUBLIC_URL: 'https://calls.example.com/' }, false).publicUrl).toBe(
    'https://calls.example.com',
  )
})
