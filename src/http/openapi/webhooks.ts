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

/** The webhook events, by Standard Webhooks 1.0.0. */
export const describeWebhooks = (reference: { $ref: string }) =>
  Object.fromEntries(
    eventNames.map((event) => {
      const { summary, description, example: value } = descriptions[event]
      const schema = { allOf: [reference, { type: 'object', properties: { event: { const: event } } }] }
      const parameters = signed.map(([name, text]) => ({
        name,
        in: 'header',
        required: true,
        description: text,
        schema: { type: 'string' },
      }))
      const requestBody = { required: true, content: { 'application/json': { schema, example: value } } }
      return [event, { post: { summary, description, security: [], parameters, requestBody, responses } }]
    }),
  )

const responses = {
  '2XX': { description: 'Accepted. Respond within ten seconds, and process the event afterwards.' },
  410: { description: 'The endpoint accepts no more events and is disabled.' },
  default: {
    description: 'Not accepted, including redirects. callgate retries up to ten times over three days.',
  },
}
