/** Every `…At` is wall-clock milliseconds since the Unix epoch. */

export * from './schema/agencies.ts'
export * from './schema/alerts.ts'
export * from './schema/audit.ts'
export * from './schema/calls.ts'
export * from './schema/people.ts'
export * from './schema/policy.ts'
export * from './schema/secret.ts'
export * from './schema/signed-urls.ts'
export * from './schema/usage.ts'
export * from './schema/webhooks.ts'
