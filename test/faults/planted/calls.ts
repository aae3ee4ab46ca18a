import { anywhere, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const send = within('Dispatcher.send')
const isPending = within('isPending')
const order = within('Dispatcher.place')
const takeUp = within('Reconciler.takeUp')
const hangUp = within('Reconciler.hangUp')
const change = within('Lifecycle.within')
const advance = within('advance')
const afterReport = within('afterReport')
const afterCap = within('afterCap')
const whoDials = within('dialling')
const newAgency = within('createAgencyStore')
const routes = within('v1')
const events = within('eventsBetween')
const limited = within('limited')
const committed = within('Lifecycle.committed')
const takeEvents = within('createTakeEvents')
const endCheck = within('verdictOf')
const restore = within('restoreLeases')

export const calls: readonly Fault[] = [
  {
    title: 'the end that a hook reports is not checked',
    edits: [takeEvents('_ ? withEndCheck(before, after, now) : after', put('after'))],
    noticedBy: ['end-check'],
  },
  {
    title: 'a call that is still running leaves its slot to others',
    edits: [
      committed(
        'if (holdsSlot(call)) _; else _',
        put('if (isOver(call)) leases.release(call.id, clock.now())'),
      ),
    ],
    noticedBy: ['end-check'],
  },
  {
    title: 'a slot that was taken back is lost by a restart',
    edits: [restore('!holdsSlot($call)', put('$call.endedAt !== null'))],
    noticedBy: ['end-check'],
  },
  {
    title: 'a call of an unknown state holds a slot',
    edits: [endCheck("_ ? 'running' : $unclear", put("'running'"))],
    noticedBy: ['end-check'],
  },
  {
    title: 'after a crash an order that was on its way is sent again',
    edits: [
      isPending("$_ === 'pending' && _", put('!isOver(call)')),
      takeUp("$dispatch === 'pending'", put("$dispatch === 'pending' || $dispatch === 'sending'")),
    ],
    noticedBy: ['dispatch', 'reconcile'],
  },
  {
    title: 'that an order goes out is not on disk before it does',
    edits: [send("_: 'sending'", drop)],
    noticedBy: ['dispatch', 'reconcile'],
  },
  {
    title: 'an order of which no answer came counts as refused',
    edits: [order("$outcome: 'unknown'", put("$outcome: 'refused', code: 'provider_refused'"))],
    noticedBy: ['dispatch'],
  },
  {
    title: 'a call that is over ends again, otherwise',
    edits: [advance('_($call) ? $call : $ended', put('$ended'))],
    noticedBy: ['call'],
  },
  {
    title: 'a call that was answered rings again',
    edits: [
      advance(
        "return $status === 'initiated' ? $rings : $same",
        put("return $status === 'initiated' || $status === 'in_progress' ? $rings : $same"),
      ),
    ],
    noticedBy: ['call'],
  },
  {
    title: 'one answer that a provider does not know a call ends it',
    edits: [afterReport('_ || $here ? _ : _', put('false'))],
    noticedBy: ['reconcile'],
  },
  {
    title: 'the hard cap ends a call and leaves its provider on the line',
    edits: [afterCap("$due: _ !== 'pending'", put('$due: false'))],
    noticedBy: ['reconcile'],
  },
  {
    title: 'a call of unknown fate is said to be ended',
    edits: [anywhere("if (_ !== 'placed') throw new _('provider_unavailable')", drop)],
    noticedBy: ['end'],
  },
  {
    title: 'staging dials for real whatever is set',
    edits: [whoDials('_ || $here || _', put('false'))],
    noticedBy: ['accounts'],
  },
  {
    title: 'a new agency’s staging dials for real',
    edits: [newAgency("$real: _ === 'production'", put('$real: true'))],
    noticedBy: ['accounts'],
  },
  {
    title: 'a test call from the page rings a phone',
    edits: [whoDials('$here || _ || _', put('false'))],
    noticedBy: ['test-call'],
  },
  {
    title: 'an agent of another agency is taken',
    edits: [anywhere("if (_) throw new _('wrong_agency', { _: 'agent', __ })", drop)],
    noticedBy: ['trigger'],
  },
  {
    title: 'a call of another agency can be looked at',
    edits: [
      anywhere(
        "if ($call && $foreign) throw new _('wrong_agency', { _: 'call', __ })",
        put('if ($call && $foreign) return $call'),
      ),
    ],
    noticedBy: ['calls'],
  },
  {
    title: 'a call of the agency’s other environment can be looked at',
    edits: [routes("if (!_ || $here) throw new _('not_found', __)", put('false'))],
    noticedBy: ['calls'],
  },
  {
    title: 'a call whose provider was never made to hang up is given up at once',
    edits: [hangUp('let $done = _ > _', put('let $done = true'))],
    noticedBy: ['reconcile'],
  },
  {
    title: 'a call is told of twice at its end',
    edits: [events('if (!_ && $over) $tell', put('if ($over) $tell'))],
    noticedBy: ['outbox'],
  },
  {
    title: 'an order is sent though its call ended while it waited for its turn',
    edits: [limited('$here ? _ : _', put('false'))],
    noticedBy: ['release'],
  },
  {
    title: 'a forgotten call takes in what comes late',
    edits: [change('if (!_ || $here) return _', put('false'))],
    noticedBy: ['dispatch'],
  },
]
