import { anywhere, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const endpoints = within('createWebhookStore')
const secrets = within('openSecrets')
const keepOrder = within('createDeliveryStore.keepOrder')
const fill = within('Deliverer.fill')
const save = within('Deliverer.save')
const change = within('Lifecycle.within')
const attempt = within('attemptNow')
const afterAttempt = within('afterAttempt')

export const webhooks: readonly Fault[] = [
  {
    title: 'after a rotation the old secret alone signs',
    edits: [secrets('_ ? [_, $old] : _', put('[$old]'))],
    noticedBy: ['deliverer'],
  },
  {
    title: 'the old secret signs for ever',
    edits: [secrets('_ && _ && $here', put('true'))],
    noticedBy: ['deliverer'],
  },
  {
    title: 'an end is told before its start',
    edits: [anywhere(/(?<=and not \(event in \()'call_ended', 'call_analyzed'/, put("'nothing'"))],
    noticedBy: ['deliverer'],
  },
  {
    title: 'an endpoint that is gone is not switched off',
    edits: [save("if (_ === 'gone') _.switchOff(_, _)", drop)],
    noticedBy: ['deliverer'],
  },
  {
    title: 'an address that was replaced switches off the one in its place',
    edits: [save('const $replaced = $here; const _ = $replaced ? _ : _', put('false'))],
    noticedBy: ['deliverer'],
  },
  {
    title: 'an end that waits for its start stays due',
    edits: [keepOrder('if (_) _', drop)],
    noticedBy: ['deliverer'],
  },
  {
    title: 'the endpoints that come first take all the room',
    edits: [fill('_ = $here; _++', put("''"))],
    noticedBy: ['deliverer'],
  },
  {
    title: 'a redirect counts as delivered',
    edits: [attempt("_ >= 200 && _ < $here ? 'delivered' : _", put('400'))],
    noticedBy: ['deliverer'],
  },
  {
    title: 'an event is written after the commit of its change',
    edits: [
      change(
        '$enqueueEvents($before, $after); return $after',
        put('setImmediate(() => $enqueueEvents($before, $after)); return $after'),
      ),
    ],
    noticedBy: ['outbox'],
  },
  {
    title: 'every attempt has an id of its own',
    edits: [attempt('_(_, $here, _, _)', put('`msg_${crypto.randomUUID()}`'))],
    noticedBy: ['deliverer'],
  },
  {
    title: 'an attempt has the time of its event',
    edits: [
      attempt(
        '$sign($with, $id, _, $payload)',
        put('$sign($with, $id, JSON.parse($payload).timestamp ?? 0, $payload)'),
      ),
    ],
    noticedBy: ['deliverer'],
  },
  {
    title: 'an event is given up an attempt early',
    edits: [afterAttempt('const _ = $here[_]', put('$here.slice(0, -1)'))],
    noticedBy: ['delivery'],
  },
  {
    title: 'a failing endpoint is asked again without waiting',
    edits: [afterAttempt('Math.max($here, _)', put('0'))],
    noticedBy: ['delivery'],
  },
  {
    title: 'an endpoint hears of the calls of another environment',
    edits: [endpoints("eq(_, $given('environmentId'))", put("sql`${$given('environmentId')} <> ''`"))],
    noticedBy: ['outbox'],
  },
]
