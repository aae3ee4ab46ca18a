import type { Fault } from './fault.ts'

const store = 'src/storage/webhooks.ts'
const attempt = 'src/webhooks/attempt.ts'
const deliverer = 'src/webhooks/deliverer.ts'
const delivery = 'src/webhooks/delivery.ts'

export const webhooks: readonly Fault[] = [
  {
    title: 'after a rotation the old secret alone signs',
    edits: [[store, '[sealed, previousSealed]', '[previousSealed]']],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'the old secret signs for ever',
    edits: [[store, ' && now < previousUntil', '']],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'an end is told before its start',
    edits: [
      [
        'src/storage/deliveries.ts',
        "and not (event = 'call_ended' and exists (",
        "and not (event = 'nothing' and exists (",
      ],
    ],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'an endpoint that is gone is not switched off',
    edits: [
      [deliverer, "if (tried.verdict === 'gone') webhooks.setEnabled", "if (id === '') webhooks.setEnabled"],
    ],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'an address that was replaced switches off the one in its place',
    edits: [[deliverer, 'webhooks.find(before.environmentId)?.url !== url', "id === ''"]],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'an end that waits for its start stays due',
    edits: [['src/storage/deliveries.ts', 'order.run({ callId })', 'return']],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'the endpoints that come first take all the room',
    edits: [[deliverer, 'this.#lastServed = environmentId', "this.#lastServed = ''"]],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'a redirect counts as delivered',
    edits: [
      [
        attempt,
        "verdict: status >= 200 && status < 300 ? 'delivered'",
        "verdict: status >= 200 && status < 400 ? 'delivered'",
      ],
    ],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'an event is written after the commit of its change',
    edits: [
      ['src/calls/lifecycle.ts', 'announce(call, next)\n', 'setImmediate(() => announce(call, next))\n'],
    ],
    noticedBy: ['test/webhooks/outbox.test.ts'],
  },
  {
    title: 'every attempt has an id of its own',
    edits: [[attempt, 'signedHeaders(secrets, id,', 'signedHeaders(secrets, `msg_${crypto.randomUUID()}`,']],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'an attempt has the time of its event',
    edits: [[attempt, 'id, clock.now(), payload)', 'id, JSON.parse(payload).timestamp ?? 0, payload)']],
    noticedBy: ['test/webhooks/deliverer.test.ts'],
  },
  {
    title: 'an event is given up an attempt early',
    edits: [
      [delivery, 'const delayMs = delaysMs[attempts]', 'const delayMs = delaysMs.slice(0, -1)[attempts]'],
    ],
    noticedBy: ['test/webhooks/delivery.test.ts'],
  },
  {
    title: 'a failing endpoint is asked again without waiting',
    edits: [[delivery, 'Math.max(scheduledMs, Math.min', 'Math.max(0, Math.min']],
    noticedBy: ['test/webhooks/delivery.test.ts'],
  },
  {
    title: 'an endpoint hears of the calls of another environment',
    edits: [
      [
        store,
        ".where(and(eq(webhooks.environmentId, sql.placeholder('environmentId')), webhooks.enabled))",
        ".where(and(sql`${sql.placeholder('environmentId')} <> ''`, webhooks.enabled))",
      ],
    ],
    noticedBy: ['test/webhooks/outbox.test.ts'],
  },
]
