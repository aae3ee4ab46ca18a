import { drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const notice = within('createNotice')
const raise = within('createRaise')
const start = within('start')
const send = within('Dispatcher.send')
const ask = within('ask')

export const alerts: readonly Fault[] = [
  {
    title: 'a flood of rejected numbers is told of each time',
    edits: [raise('_ && _ - _.at < quietMs && _', put('false'))],
    noticedBy: ['notice'],
  },
  {
    title: 'an alert does not disable access',
    edits: [raise('_ && _.disableAccess(_, _)', put('false'))],
    noticedBy: ['notice'],
  },
  {
    title: 'a threshold is told of with every call beyond it',
    edits: [notice('if (!_(_)) continue', drop)],
    noticedBy: ['notice'],
  },
  {
    title: 'a rejected call is not noticed',
    edits: [start('await _.notice.rejected(_)', drop)],
    noticedBy: ['notice'],
  },
  {
    title: 'a call is placed whatever its hook says',
    edits: [send('if (objection) return _', drop)],
    noticedBy: ['predial'],
  },
  {
    title: 'a hook that answers with any status decides',
    edits: [ask('_.status !== 200', put('false'))],
    noticedBy: ['predial'],
  },
]
