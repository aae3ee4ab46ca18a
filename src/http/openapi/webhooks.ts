import { type EventName, eventNames } from '../../webhooks/event.ts'
import * as example from './examples.ts'

const descriptions: Record<EventName, { summary: string; description: string; example: object }> = {
  call_started: {
    summary: 'A call was answered',
    description: 'Sent once, when somebody answers. Not sent for calls that nobody answers.',
    example: example.started,
  },
  call_ended: {
    summary: 'A call has ended',
    description: 'Sent once for every call, however it ends.',
    example: example.over,
  },
  call_analyzed: {
    summary: 'More is known of a call that is over',
    description:
      'Sent when the provider reports details after `call_ended` was sent, once they are complete. The body is that of `call_ended` as it would be now.',
    example: example.analyzed,
  },
  test: {
    summary: 'A test',
    description: 'Sent when you send a test, with a made-up call and `test: true`.',
    example: example.sample,
  },
}

const signed = [
  ['webhook-id', 'The same in every attempt of a delivery. Use it to skip duplicates.'],
  [
    'webhook-timestamp',
    'The time of this attempt, in seconds since 1970. Reject it if it is more than five minutes off.',
  ],
  [
    'webhook-signature',
    '`v1,` and the base64 HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`. For 24 hours after a rotation, two signatures separated by a space.',
  ],
] as const

const parameters = signed.map(([name, text]) => ({
  name,
  in: 'header',
  required: true,
  description: text,
  schema: { type: 'string' },
}))

interface Described {
  summary: string
  description: string
  schema: object
  example: object
  responses: object
}

const describe = ({ summary, description, schema, example: value, responses: answers }: Described) => {
  const requestBody = { required: true, content: { 'application/json': { schema, example: value } } }
  return { post: { summary, description, security: [], parameters, requestBody, responses: answers } }
}

interface Reference {
  $ref: string
}

type References = Record<'event' | 'alert' | 'predial' | 'predialResponse', Reference>

/** The requests that callgate sends, by Standard Webhooks 1.0.0. */
export const describeWebhooks = (references: References) => ({
  ...Object.fromEntries(
    eventNames.map((event) => {
      const ofEvent = { type: 'object', properties: { event: { const: event } } }
      const schema = { allOf: [references.event, ofEvent] }
      return [event, describe({ ...descriptions[event], schema, responses })]
    }),
  ),
  alert: describe({
    summary: 'An alert',
    description: 'Sent to the alert webhook, which an operator sets up for all agencies.',
    schema: references.alert,
    example: example.alert,
    responses,
  }),
  predial: describe({
    summary: 'May this call be placed?',
    description:
      'Sent to the pre-dial hook of an environment before a real call is placed. After a crash it can be sent again, with the same `webhook-id`.',
    schema: references.predial,
    example: example.predial,
    responses: {
      200: {
        description: 'Whether the call is placed. Respond within five seconds, with at most 16 KB.',
        content: { 'application/json': { schema: references.predialResponse, example: example.eligible } },
      },
      default: { description: 'The call is canceled with the reason code `predial_failed`.' },
    },
  }),
})

const responses = {
  '2XX': { description: 'Accepted. Respond within ten seconds, and process the event afterwards.' },
  410: { description: 'The endpoint accepts no more events and is disabled.' },
  default: {
    description: 'Not accepted, including redirects. callgate retries up to ten times over three days.',
  },
}
