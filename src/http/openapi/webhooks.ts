import { type EventName, eventNames } from '../../webhooks/event.ts'
import * as example from './examples.ts'

const descriptions: Record<EventName, { summary: string; description: string; example: object }> = {
  call_started: {
    summary: 'A call was answered',
    description: 'Sent once, when somebody answers. A call that nobody answers has no start.',
    example: example.started,
  },
  call_ended: {
    summary: 'A call is over',
    description: 'Sent once for every call, however it ended.',
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
    description: 'Sent when somebody asks for it, with a call that never was and `test: true`.',
    example: example.sample,
  },
}

const signed = [
  ['webhook-id', 'The same in every try of one delivery: what was seen already can be left out.'],
  ['webhook-timestamp', 'When this try was made, in seconds since 1970. Refuse one that is minutes off.'],
  [
    'webhook-signature',
    '`v1,` and the base64 HMAC-SHA256 of `{webhook-id}.{webhook-timestamp}.{body}`; several, parted by spaces, while a secret is rotated.',
  ],
] as const

/** What an environment's endpoint is told, by Standard Webhooks 1.0.0. */
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
  '2XX': { description: 'Taken. Answer within ten seconds, and work on it afterwards.' },
  410: { description: 'The endpoint wants no more events: it is switched off.' },
  default: { description: 'Not taken, a redirect too: it is sent again, ever later, for some days.' },
}
