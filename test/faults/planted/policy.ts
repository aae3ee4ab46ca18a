import { drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const start = within('start')
const send = within('Dispatcher.send')
const cap = within('destinationCap')
const usedUp = within('isUsedUp')
const merging = within('resolve')
const policy = within('policyOf')
const delta = within('spendingDelta')
const usedBy = within('usedBy')
const country = within('country')
const kind = within('numberKind')
const transition = within('intervalsOf')
const forgotten = within('forgotten')

export const policies: readonly Fault[] = [
  {
    title: 'calls of one turn of the event loop are not counted against each other',
    edits: [start('if (_) throw _; _.calls.insert(_)', put('deps.calls.insert(call)'))],
    noticedBy: ['policy'],
  },
  {
    title: 'the rules are not asked again before an order goes out',
    edits: [send('if (refused) return _', drop)],
    noticedBy: ['policy'],
  },
  {
    title: 'one call more than the cap reaches a number',
    edits: [cap('$size >= $most && _', put('earlier.length > most && oldest !== undefined'))],
    noticedBy: ['policy'],
  },
  {
    title: 'a hard budget does not hold the next call’s longest length',
    edits: [usedUp('used + longestSeconds > limit', put('used >= limit'))],
    noticedBy: ['policy'],
  },
  {
    title: 'an admin’s rule replaces the operator’s',
    edits: [merging('_ || _ ? chosen : _', put('chosen'))],
    noticedBy: ['policy'],
  },
  {
    title: 'admins open countries before any operator has',
    edits: [policy('if (_) rules.countries = null', drop)],
    noticedBy: ['policy'],
  },
  {
    title: 'what a call had used before is counted again',
    edits: [delta('$later.seconds - $earlier.seconds', put('$later.seconds'))],
    noticedBy: ['policy'],
  },
  {
    title: 'a call that is over keeps its reservation',
    edits: [usedBy('$over ? 0 : $longest', put('$longest'))],
    noticedBy: ['policy'],
  },
  {
    title: 'a country that nobody listed is called',
    edits: [country('rules.countries.includes(number.country)', put('true'))],
    noticedBy: ['number'],
  },
  {
    title: 'premium numbers are open',
    edits: [kind('shut === null || _', put('true'))],
    noticedBy: ['number'],
  },
  {
    title: 'a clock change within the day is overlooked',
    edits: [transition('$piece = $change', put('break'))],
    noticedBy: ['hours'],
  },
  {
    title: 'erasing a person keeps the reference of their consent',
    edits: [forgotten('reference: null', drop)],
    noticedBy: ['policy'],
  },
]
