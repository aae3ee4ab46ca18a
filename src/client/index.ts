export { type TriggerAllOptions, type TriggerResult } from './bulk.ts'
export {
  type CallsOptions,
  type Client,
  type ClientOptions,
  createClient,
  type RequestOptions,
  type TriggerOptions,
} from './client.ts'
export { CallgateError } from './error.ts'
export type {
  Agent,
  Call,
  CallStatus,
  KeyStatus,
  Order,
  Policy,
  Recording,
  Triggered,
  WebhookEvent,
} from './types.ts'
