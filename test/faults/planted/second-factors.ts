import { anywhere, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const check = within('SecondFactors.check')
const useStep = within('createFactorStore.useStep')
const useRecoveryCode = within('createFactorStore.useRecoveryCode')
const whoIs = within('Sessions.find')
const openSession = within('Sessions.open')
const isConfirmed = within('Sessions.isConfirmed')
const useChallenge = within('Challenges.use')

export const secondFactors: readonly Fault[] = [
  {
    title: 'a second factor: a code of an authenticator app works twice',
    edits: [useStep('lt(_, _)', drop)],
    noticedBy: ['second-factors', 'second-factor'],
  },
  {
    title: 'a second factor: a recovery code works for everybody',
    edits: [useRecoveryCode('eq(_.personId, _)', drop)],
    noticedBy: ['second-factors'],
  },
  {
    title: 'a second factor: wrong codes are not slowed down',
    edits: [check('if (_ > 0) return _', drop)],
    noticedBy: ['second-factors', 'second-factor'],
  },
  {
    title: 'a second factor: codes can be guessed at from ever new addresses',
    edits: [check('_(_) && !_.has(_, _)', put('false'))],
    noticedBy: ['second-factors'],
  },
  {
    title: 'a second factor: the password alone opens the dashboard',
    edits: [anywhere("_.secondFactorAt === null ? 'second_factor' : null", put('null'))],
    noticedBy: ['second-factor', 'passkeys'],
  },
  {
    title: 'a second factor: it may follow hours after the password',
    edits: [whoIs("_ === 'second_factor' && $here", put('false'))],
    noticedBy: ['second-factor'],
  },
  {
    title: 'a second factor: whoever has the password alone makes an address known',
    edits: [openSession('_ && $here', put('true'))],
    noticedBy: ['second-factors'],
  },
  {
    title: 'a second factor: a passkey need not verify its person',
    edits: [anywhere('requireUserVerification: true', put('requireUserVerification: false'))],
    noticedBy: ['passkeys'],
  },
  {
    title: 'a second factor: the response of a passkey works twice',
    edits: [useChallenge('this.#used.set(_, _)', drop)],
    noticedBy: ['challenges', 'passkeys'],
  },
  {
    title: 'a second factor: what a passkey signed is good for anything',
    edits: [
      anywhere(
        '_.update($head).update($purpose).digest()',
        put("createHmac('sha256', this.#key).update($head).digest()"),
      ),
    ],
    noticedBy: ['challenges', 'passkeys'],
  },
  {
    title: 'a second factor: the requirement is not asked for',
    edits: [anywhere("_(_.factorAudience(), _) ? 'enrolment' : null", put('null'))],
    noticedBy: ['second-factor'],
  },
  {
    title: 'nobody is asked who they are before a sensitive operation',
    edits: [anywhere('if (_.sensitive) _', drop)],
    noticedBy: ['confirmation'],
  },
  {
    title: 'a confirmation holds for ever',
    edits: [isConfirmed('_ >= 0 && $here', put('true'))],
    noticedBy: ['confirmation'],
  },
  {
    title: 'a confirmation from the future holds',
    edits: [isConfirmed('_ >= 0', put('true'))],
    noticedBy: ['confirmation'],
  },
  {
    title: 'a confirmation goes on to wherever a form says',
    edits: [anywhere("if (!_.startsWith('/admin/')) throw _", drop)],
    noticedBy: ['confirmation'],
  },
]
