import { drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const store = within('createDoNotCallStore')
const add = within('addNumber')
const check = within('checkNumber')
const importing = within('importNumbers')
const hash = within('hashWith')
const change = within('Lifecycle.within')
const details = within('withDetails')
const reading = within('readCsv')

export const doNotCall: readonly Fault[] = [
  {
    title: 'an import shortens an entry of a do-not-call list',
    edits: [store(/excluded\.expires_at > expires_at/, put('excluded.expires_at < expires_at'))],
    noticedBy: ['import'],
  },
  {
    title: 'the lists of other agencies are asked in the place of the own one and the gate’s',
    edits: [store(/owner_id in \(/, put('owner_id not in ('))],
    noticedBy: ['listed'],
  },
  {
    title: 'an agency’s admin adds to the list of the whole gate',
    edits: [add('agency?.id ?? null', put('null'))],
    noticedBy: ['entries'],
  },
  {
    title: 'an agency’s admin reads why the gate lists a number',
    edits: [check('isHidden ? $hidden : $shown', put('$shown'))],
    noticedBy: ['entries'],
  },
  {
    title: 'whoever loses the right to import goes on with the file',
    edits: [importing('actor.confirm();', drop)],
    noticedBy: ['import'],
  },
  {
    title: 'numbers are hashed without a key',
    edits: [hash("new Bun.CryptoHasher('sha256', key)", put("new Bun.CryptoHasher('sha256')"))],
    noticedBy: ['entries'],
  },
  {
    title: 'whoever opts out in a call is not listed',
    edits: [change('if (optedOut && next.optedOut && !call.optedOut) _', drop)],
    noticedBy: ['listed'],
  },
  {
    title: 'an opt-out of an analysis that is too long to keep is lost',
    edits: [details('saysOptOut(details.analysis)', put('saysOptOut(analysis)'))],
    noticedBy: ['listed'],
  },
  {
    title: 'lines of a file are counted by records',
    edits: [reading('line++', put("if (open === '' && text !== '') line++"))],
    noticedBy: ['csv'],
  },
]
