import type { Fault } from './fault.ts'

const dispatch = 'src/calls/dispatch.ts'
const call = 'src/calls/call.ts'
const trigger = 'src/calls/trigger.ts'

export const calls: readonly Fault[] = [
  {
    title: 'after a crash an order that was on its way is sent again',
    edits: [
      [dispatch, "before.dispatch === 'pending' && !isOver(before)", '!isOver(before)'],
      [
        'src/calls/reconcile.ts',
        "else if (call.dispatch === 'pending') this",
        "else if (call.dispatch === 'pending' || call.dispatch === 'sending') this",
      ],
    ],
    noticedBy: ['test/calls/dispatch.test.ts', 'test/calls/reconcile.test.ts'],
  },
  {
    title: 'that an order goes out is not on disk before it does',
    edits: [[dispatch, "? { ...before, dispatch: 'sending', ", '? { ...before, ']],
    noticedBy: ['test/calls/dispatch.test.ts', 'test/calls/reconcile.test.ts'],
  },
  {
    title: 'an order of which no answer came counts as refused',
    edits: [
      [
        dispatch,
        "return { outcome: 'unknown', reason",
        "return { outcome: 'refused', code: 'provider_refused', reason",
      ],
    ],
    noticedBy: ['test/calls/dispatch.test.ts'],
  },
  {
    title: 'a call that is over ends again, otherwise',
    edits: [[call, 'isOver(call) ? call : ended(call, event)', 'ended(call, event)']],
    noticedBy: ['test/calls/call.test.ts'],
  },
  {
    title: 'a call that was answered rings again',
    edits: [
      [
        call,
        "return call.status === 'initiated'\n",
        "return call.status === 'initiated' || call.status === 'in_progress'\n",
      ],
    ],
    noticedBy: ['test/calls/call.test.ts'],
  },
  {
    title: 'one answer that a provider does not know a call ends it',
    edits: [
      ['src/calls/after-report.ts', 'return mayArrive || now - missingSince < missingMs', 'return mayArrive'],
    ],
    noticedBy: ['test/calls/reconcile.test.ts'],
  },
  {
    title: 'the hard cap ends a call and leaves its provider on the line',
    edits: [['src/calls/after-report.ts', "hangUpDue: call.dispatch !== 'pending',", 'hangUpDue: false,']],
    noticedBy: ['test/calls/reconcile.test.ts'],
  },
  {
    title: 'a call of unknown fate is said to be ended',
    edits: [
      ['src/calls/end.ts', "if (placed.dispatch !== 'placed') throw new Failure('provider_unavailable')", ''],
    ],
    noticedBy: ['test/calls/end.test.ts'],
  },
  {
    title: 'staging dials for real whatever is set',
    edits: [[trigger, 'if (simulated || !environment.dialsReal || agent', 'if (simulated || agent']],
    noticedBy: ['test/providers/accounts.test.ts'],
  },
  {
    title: 'a new agency’s staging dials for real',
    edits: [['src/storage/agencies.ts', "dialsReal: environment === 'production',", 'dialsReal: true,']],
    noticedBy: ['test/providers/accounts.test.ts'],
  },
  {
    title: 'a test call from the page rings a phone',
    edits: [[trigger, 'if (simulated || !environment', 'if (!environment']],
    noticedBy: ['test/http/admin/test-call.test.ts'],
  },
  {
    title: 'an agent of another agency is taken',
    edits: [
      [trigger, 'if (agent.agencyId !== environment.agencyId) throw', "if (agent.agencyId === '') throw"],
    ],
    noticedBy: ['test/http/trigger.test.ts'],
  },
  {
    title: 'a call of another agency can be looked at',
    edits: [
      [
        'src/http/v1/index.ts',
        "if (call && call.agencyId !== environment.agencyId) throw new Failure('wrong_agency', { detail: 'call' })",
        'if (call && call.agencyId !== environment.agencyId) return call',
      ],
    ],
    noticedBy: ['test/http/calls.test.ts'],
  },
  {
    title: 'a call of the agency’s other environment can be looked at',
    edits: [['src/http/v1/index.ts', 'if (!call || call.environmentId !== environment.id)', 'if (!call)']],
    noticedBy: ['test/http/calls.test.ts'],
  },
  {
    title: 'a call whose provider was never made to hang up is given up at once',
    edits: [['src/calls/reconcile.ts', 'clock.now() > call.expiresAt + hangUpForMs', 'true as boolean']],
    noticedBy: ['test/calls/reconcile.test.ts'],
  },
  {
    title: 'a call is told of twice at its end',
    edits: [['src/webhooks/outbox.ts', 'if (!isOver(before) && isOver(after))', 'if (isOver(after))']],
    noticedBy: ['test/webhooks/outbox.test.ts'],
  },
  {
    title: 'an order is sent though its call ended while it waited for its turn',
    edits: [
      [
        'src/providers/dialling.ts',
        'isOver(order.id) ? notSent : provider',
        "order.id === '' ? notSent : provider",
      ],
    ],
    noticedBy: ['test/calls/release.test.ts'],
  },
  {
    title: 'a forgotten call takes in what comes late',
    edits: [
      ['src/calls/lifecycle.ts', 'if (!call || isForgotten(call)) return call', 'if (!call) return call'],
    ],
    noticedBy: ['test/calls/dispatch.test.ts'],
  },
]
