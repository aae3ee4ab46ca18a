import { type Config, isSecure } from '../../config.ts'

const yearSeconds = 31_536_000

/**
 * For every response. The policy forbids a response that a browser was led to as a page to load or do anything; pages
 * have their own. HSTS (RFC 6797) where people always use https, for this host only: others are not ours to decide on.
 */
export const securityHeaders = (config?: Pick<Config, 'publicUrl' | 'requireHttps' | 'tls'>) => ({
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  ...(config && isSecure(config) && { 'strict-transport-security': `max-age=${yearSeconds}` }),
})

/**
 * For every page, errors included. `img-src data:` is for the small icons inside the style sheet. No other origin gets a
 * referrer, which can hold the token of a one-time link; our own does, because under `no-referrer` browsers send our forms
 * with `Origin: null` (Fetch, "append a request Origin header").
 */
export const pageHeaders = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; img-src 'self' data:; media-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
  'referrer-policy': 'same-origin',
  'x-frame-options': 'DENY',
} as const
