import { drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const permission = within('refusalOf')
const agency = within('agencyOf')
const input = within('parsed')
const change = within('changeAs')
const perform = within('createPerform.begin')
const plan = within('changePlan')
const token = within('adminTokenFlaw')
const create = within('createToken')
const socket = within('serveSocket')

export const operations: readonly Fault[] = [
  {
    title: 'an operation for operators is done for an agency’s admin',
    edits: [permission("if (_ && _) return new _('operator_only')", drop)],
    noticedBy: ['perform'],
  },
  {
    title: 'the permissions of an admin token are not looked at',
    edits: [permission("if (_ && _) return new _('permission_required', __)", drop)],
    noticedBy: ['perform', 'admin-api'],
  },
  {
    title: 'an admin of one agency names another',
    edits: [agency('$all.filter(_)', put('$all'))],
    noticedBy: ['perform'],
  },
  {
    title: 'an actor who was removed meanwhile changes something',
    edits: [change('_._();', drop)],
    noticedBy: ['perform'],
  },
  {
    title: 'operations leave no audit entry',
    edits: [change('$audit.change($make, _)', put('$make()'))],
    noticedBy: ['perform', 'audited'],
  },
  {
    title: 'one operation leaves no audit entry',
    edits: [plan("$change($make, { _: 'plan.changed', __ })", put('($make)()'))],
    noticedBy: ['audited'],
  },
  {
    title: 'an input may hold a key',
    edits: [input("if (_(_)) throw new _('invalid_input', __)", drop)],
    noticedBy: ['perform'],
  },
  {
    title: 'an operation is done twice under one id',
    edits: [perform("if (_ && _._(_)) throw new _('conflict', __)", drop)],
    noticedBy: ['options'],
  },
  {
    title: 'something else ends than what was agreed to',
    edits: [perform("if (_ && _ !== _) throw new _('conflict', __)", drop)],
    noticedBy: ['options'],
  },
  {
    title: 'an expired admin token opens the gate',
    edits: [token('if (_ && _ <= _) return _', drop)],
    noticedBy: ['admin-token', 'admin-api'],
  },
  {
    title: 'a revoked admin token opens the gate',
    edits: [token('if (_.revokedAt !== null) return _', drop)],
    noticedBy: ['admin-token', 'admin-api'],
  },
  {
    title: 'an admin token opens the gate from any address',
    edits: [token('if (_ && !_(_, _)) return _', drop)],
    noticedBy: ['admin-token'],
  },
  {
    title: 'an admin token makes one that may do more',
    edits: [create("if (_) throw new _('permission_required', __)", drop)],
    noticedBy: ['perform'],
  },
  {
    title: 'a token that expires makes one that does not',
    edits: [create("if (!_.mayDelegate) throw new _('conflict', __)", drop)],
    noticedBy: ['perform'],
  },
  {
    title: 'anybody on the machine may open the socket of the operations',
    edits: [socket('chmodSync(_, 0o600)', put('chmodSync(path, 0o666)'))],
    noticedBy: ['socket'],
  },
]
