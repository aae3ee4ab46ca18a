import type { Fault } from './fault.ts'

const window = 'src/limits/window.ts'
const leases = 'src/limits/leases.ts'
const trigger = 'src/calls/trigger.ts'

export const limits: readonly Fault[] = [
  {
    title: 'the window grants one more than its limit',
    edits: [[window, 'granted = log.size < limit', 'granted = log.size <= limit']],
    noticedBy: ['test/limits/window.test.ts'],
  },
  {
    title: 'the limit that nobody has set is 101',
    edits: [
      ['src/config.ts', 'wholeNumber(1, 1_000_000).default(100)', 'wholeNumber(1, 1_000_000).default(101)'],
    ],
    noticedBy: ['test/config.test.ts', 'test/http/admission.test.ts'],
  },
  {
    title: 'a grant stays in the window for a moment too long',
    edits: [[window, 'this.at(0) <= time', 'this.at(0) < time']],
    noticedBy: ['test/limits/window.test.ts'],
  },
  {
    title: 'the window is fixed and does not slide',
    edits: [
      [
        window,
        'log.dropUntil(nowMs - this.#spanMs)\n    const granted',
        'log.dropUntil(Math.floor(nowMs / this.#spanMs) * this.#spanMs - 1)\n    const granted',
      ],
    ],
    noticedBy: ['test/limits/window.test.ts'],
  },
  {
    title: 'a refusal is recorded in the window',
    edits: [[window, 'if (granted) log.push(nowMs)', 'log.push(nowMs)']],
    noticedBy: ['test/limits/window.test.ts'],
  },
  {
    title: 'Retry-After is rounded down',
    edits: [[window, 'Math.ceil((leaver', 'Math.floor((leaver']],
    noticedBy: ['test/limits/window.test.ts'],
  },
  {
    title: 'a request that is refused its access takes a grant',
    edits: [
      [
        'src/http/admission.ts',
        'if (refusal) return',
        'if (refusal) windows.take(key.environment.id, needs.requestsPerMinute, clock.monotonic())\n    if (refusal) return',
      ],
    ],
    noticedBy: ['test/http/admission.test.ts'],
  },
  {
    title: 'the wrong keys of an address are not counted',
    edits: [['src/http/wrong-keys.ts', 'if (count.granted) return', 'if (count.remaining >= 0) return']],
    noticedBy: ['test/http/throttle.test.ts'],
  },
  {
    title: 'the 11th call is let in',
    edits: [[leases, '(active?.size ?? 0) >= limit', '(active?.size ?? 0) > limit']],
    noticedBy: ['test/limits/leases.test.ts', 'test/http/admission.test.ts'],
  },
  {
    title: 'a slot is taken before the body is looked at, and kept when that is refused',
    edits: [
      [
        'src/http/v1/index.ts',
        'const order = await readTrigger(request)',
        [
          'const slot = { callId: Bun.randomUUIDv7(), environmentId: environment.id, takenAt: clock.now() }',
          'leases.restore({ ...slot, expiresAt: clock.now() + 3_600_000 })',
          'const order = await readTrigger(request)',
          'leases.revoke(slot.callId)',
        ].join('\n'),
      ],
    ],
    noticedBy: ['test/http/trigger.test.ts', 'test/http/admission.test.ts'],
  },
  {
    title: 'a call that was not stored keeps its slot',
    edits: [[trigger, 'needs.leases.revoke(call.id)', '']],
    noticedBy: ['test/http/trigger.test.ts', 'test/calls/trigger.test.ts'],
  },
  {
    title: 'a slot ends with the answer, as if a hook gave it back, and not with the call',
    edits: [
      [trigger, 'needs.dispatch(call)\n', 'needs.dispatch(call)\n  needs.leases.release(call.id, now)\n'],
    ],
    noticedBy: ['test/http/admission.test.ts'],
  },
  {
    title: 'a call that ends keeps its slot',
    edits: [['src/calls/lifecycle.ts', 'leases.release(callId, clock.now())', '{ }']],
    noticedBy: ['test/calls/lifecycle.test.ts', 'test/http/admission.test.ts'],
  },
  {
    title: 'a call past its hard cap keeps its slot',
    edits: [
      [
        'src/calls/reconcile.ts',
        'if (call.expiresAt <= now) this.#once',
        'if (call.expiresAt <= 0) this.#once',
      ],
    ],
    noticedBy: ['test/calls/reconcile.test.ts'],
  },
  {
    title: 'after a restart the slots of live calls are free',
    edits: [['src/services.ts', 'for (const call of calls.active()) leases.restore(leaseOf(call))', '']],
    noticedBy: ['test/calls/dispatch.test.ts'],
  },
  {
    title: 'the RateLimit header says one less than what is left',
    edits: [['src/http/rate-limits.ts', 'r=${remaining};', 'r=${Math.max(0, remaining - 1)};']],
    noticedBy: ['test/http/rate-limits.test.ts'],
  },
  {
    title: 'a 429 comes without Retry-After',
    edits: [
      [
        'src/http/failure.ts',
        'if (refusal.retryAfterSeconds !== undefined)',
        'if (refusal.retryAfterSeconds !== undefined && refusal.status !== 429)',
      ],
    ],
    noticedBy: ['test/http/admission.test.ts'],
  },
  {
    title: 'a window that is in use is swept away',
    edits: [[window, 'if (log.newest <= nowMs - this.#spanMs)', 'if (log.at(0) <= nowMs - this.#spanMs)']],
    noticedBy: ['test/limits/window.test.ts'],
  },
  {
    title: 'a window keeps what was never asked for again',
    edits: [[window, 'this.#sweep(nowMs)\n', '']],
    noticedBy: ['test/limits/window.test.ts'],
  },
  {
    title: 'who is refused a slot is told to come back after one is sure to be free',
    edits: [[leases, 'Math.min(estimateMs, untilFirstExpiryMs)', 'estimateMs']],
    noticedBy: ['test/limits/leases.test.ts'],
  },
  {
    title: 'an IPv6 host pays for its wrong keys under each of its addresses anew',
    edits: [['src/http/address.ts', '/64`', '/128`']],
    noticedBy: ['test/http/throttle.test.ts'],
  },
]
