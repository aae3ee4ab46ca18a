import { anywhere, drop, operator, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const window = within('Windows')
const windowTake = within('Windows.take')
const grants = within('GrantLog')
const leave = within('GrantLog.dropUntil')
const leases = within('Leases')
const leaseTake = within('Leases.take')
const startCall = within('start')
const committed = within('Lifecycle.committed')
const takeUp = within('Reconciler.takeUp')
const restored = within('restoreLeases')
const windowsTake = within('AddressWindows.take')
const clientNetwork = within('clientNetworks')
const refusalHead = within('writeHead')
const routes = within('v1')
const admit = within('admission.admit')

export const limits: readonly Fault[] = [
  {
    title: 'the window grants one more than its limit',
    edits: [windowTake('_ < _', operator('<='))],
    noticedBy: ['window'],
  },
  {
    title: 'the limit that nobody has set is 101',
    edits: [anywhere('CALLGATE_REQUESTS_PER_MINUTE: _.default($here)', put('101'))],
    noticedBy: ['config', 'admission'],
  },
  {
    title: 'a grant stays in the window for a moment too long',
    edits: [leave('_ <= _', operator('<'))],
    noticedBy: ['window'],
  },
  {
    title: 'the window is fixed and does not slide',
    edits: [windowTake('$log.$drop($now - $span)', put('$log.$drop(Math.floor($now / $span) * $span - 1)'))],
    noticedBy: ['window'],
  },
  {
    title: 'a refusal is recorded in the window',
    edits: [windowTake('if (_) $then', put('$then'))],
    noticedBy: ['window'],
  },
  {
    title: 'Retry-After is rounded down',
    edits: [window('Math.ceil($ms / 1000)', put('Math.floor($ms / 1000)'))],
    noticedBy: ['window'],
  },
  {
    title: 'a request that is refused its access takes a grant',
    edits: [
      admit(
        'if ($no) return $answer; const $owner = $key; const $limit = $own ?? $usual; const $window = $taken',
        put(
          'const $owner = $key; const $limit = $own ?? $usual; const $window = $taken; if ($no) return $answer',
        ),
      ),
    ],
    noticedBy: ['admission'],
  },
  {
    title: 'the wrong keys of an address are not counted',
    edits: [anywhere("if ($here) return undefined; return new _('too_many_invalid_keys', __)", put('true'))],
    noticedBy: ['throttle'],
  },
  {
    title: 'the 11th call is let in',
    edits: [leaseTake('_ >= _', operator('>'))],
    noticedBy: ['leases', 'admission'],
  },
  {
    title: 'a slot is taken before the body is looked at, and kept when that is refused',
    edits: [
      routes(
        'const $order = await $read; $again()',
        put(
          [
            'const slot = { callId: Bun.randomUUIDv7(), environmentId: environment.id, takenAt: clock.now() }',
            'leases.restore({ ...slot, expiresAt: clock.now() + 3_600_000 })',
            'const $order = await $read',
            'leases.revoke(slot.callId)',
            '$again()',
          ].join('\n'),
        ),
      ),
    ],
    noticedBy: ['trigger', 'admission'],
  },
  {
    title: 'a call that was not stored keeps its slot',
    edits: [startCall('try { __ } catch (_) { $here; throw _ }', drop)],
    noticedBy: ['trigger'],
  },
  {
    title: 'a slot ends with the answer, and not with the call',
    edits: [
      startCall(
        'try { $$stored } catch ($error) { $giveBack; throw $error } $order;',
        put('try { $$stored } catch ($error) { $giveBack; throw $error } $order; $giveBack'),
      ),
    ],
    noticedBy: ['admission'],
  },
  {
    title: 'a call that ends keeps its slot',
    edits: [committed('if (_ && $here) _', put('true'))],
    noticedBy: ['lifecycle', 'admission'],
  },
  {
    title: 'a call past its hard cap keeps its slot',
    edits: [takeUp('_ <= _', put('false'))],
    noticedBy: ['reconcile'],
  },
  {
    title: 'after a restart the slots of live calls are free',
    edits: [restored('for (const _ of _) _.restore(_)', drop)],
    noticedBy: ['dispatch'],
  },
  {
    title: 'the RateLimit header says one less than what is left',
    edits: [anywhere('`"permin";r=${$here};t=${_}, "inflight";r=${_}`', put('Math.max(0, $here - 1)'))],
    noticedBy: ['rate-limits'],
  },
  {
    title: 'a 429 comes without Retry-After',
    edits: [
      refusalHead(
        "if ($refusal.$wait !== undefined) $header['retry-after'] = $seconds",
        put("if ($refusal.$wait !== undefined && $refusal.status !== 429) $header['retry-after'] = $seconds"),
      ),
    ],
    noticedBy: ['admission'],
  },
  {
    title: 'a window that is in use is swept away',
    edits: [grants('this.$at(_ - 1)', put('this.$at(0)'))],
    noticedBy: ['window'],
  },
  {
    title: 'a window keeps what was never asked for again',
    edits: [windowTake('this._(_);', drop)],
    noticedBy: ['window'],
  },
  {
    title: 'who is refused a slot is told to come back after one is sure to be free',
    edits: [leases('Math.ceil(Math.min($estimate, _) / 1000)', put('Math.ceil($estimate / 1000)'))],
    noticedBy: ['leases'],
  },
  {
    title: 'an IPv6 host pays for its wrong keys under each of its addresses anew',
    edits: [clientNetwork('({ host: network($here), __ })', put('128'))],
    noticedBy: ['throttle'],
  },
  {
    title: 'a site may guess from each of its 65,536 /64s',
    edits: [windowsTake('_ * $here', put('65_536'))],
    noticedBy: ['throttle'],
  },
]
