import { anywhere, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const sessionCookie = within('Sessions.cookie')
const openSession = within('Sessions.open')
const whoIs = within('Sessions.find')
const isOver = within('isOver')
const closeSession = within('Sessions.close')
const signIn = within('Passwords.signIn')
const remove = within('createPeopleStore.remove')
const changePassword = within('createPeopleStore.changePassword')
const hasSetupToken = within('createPeopleStore.hasSetupToken')
const setUp = within('createPeopleStore.setUp')
const takeAttempt = within('Passwords.takeAttempt')
const finishOidc = within('Oidc.finish')
const flawOf = within('passwordFlaw')
const endLinksOf = within('endLinksOf')
const validLink = within('createInvitationStore.valid')
const accept = within('createInvitationStore.accept')
const acceptReset = within('createInvitationStore.acceptReset')

export const people: readonly Fault[] = [
  {
    title: 'a changed password leaves the sessions open',
    edits: [changePassword('if (!_) return false; $here; _; return true', drop)],
    noticedBy: ['account'],
  },
  {
    title: 'a removed person stays signed in',
    edits: [
      remove(
        'if ($last) return false; _; _; $factors; $person; return true',
        put('if ($last) return false; $factors; $person; return true'),
      ),
    ],
    noticedBy: ['people'],
  },
  {
    title: 'the session cookie is within reach of scripts',
    edits: [sessionCookie('httpOnly: true', put('httpOnly: false'))],
    noticedBy: ['entrance'],
  },
  {
    title: 'the session cookie goes along from other sites',
    edits: [anywhere("sameSite: 'strict'", put("sameSite: 'none'"))],
    noticedBy: ['entrance'],
  },
  {
    title: 'under https the session cookie goes over http too',
    edits: [sessionCookie('({ __, httpOnly: true, __, secure: $here, __ })', put('false'))],
    noticedBy: ['entrance', 'https'],
  },
  {
    title: 'the token of a session is stored as it is',
    edits: [
      openSession('$hash: _($token)', put('$hash: $token')),
      whoIs('$find(_($token))', put('$find($token)')),
    ],
    noticedBy: ['entrance'],
  },
  {
    title: 'an idle session goes on',
    edits: [isOver('_ || $here || _ || _', put('false'))],
    noticedBy: ['entrance'],
  },
  {
    title: 'signing out only removes the cookie',
    edits: [closeSession('_(_);', drop)],
    noticedBy: ['entrance'],
  },
  {
    title: 'wrong passwords are not slowed down',
    edits: [signIn('if (_ > 0) return _', drop)],
    noticedBy: ['entrance'],
  },
  {
    title: 'wrong passwords sent at once are all looked at',
    edits: [
      signIn(
        '$waiting++; $count; try { $$look; if ($wrong) return $refused; $$enter } finally { $$leave }',
        put(
          '$waiting++; try { $$look; if ($wrong) { $count; return $refused } $$enter } finally { $$leave }',
        ),
      ),
    ],
    noticedBy: ['entrance'],
  },
  {
    title: 'the setup link works again',
    edits: [
      setUp('if (_ === 0 || _) return undefined', drop),
      hasSetupToken('return _ !== undefined && !_', put('return true')),
    ],
    noticedBy: ['entrance'],
  },
  {
    title: 'a busy session never ends',
    edits: [isOver('$here || _ || _ || _', put('false'))],
    noticedBy: ['entrance'],
  },
  {
    title: 'a session of a clock that was set back goes on',
    edits: [isOver('_ || _ || $here || _', put('false'))],
    noticedBy: ['people/sessions'],
  },
  {
    title: 'an invitation works twice',
    edits: [accept("if (_) return 'taken'; $here; const _ = _", drop)],
    noticedBy: ['people'],
  },
  {
    title: 'an account can be guessed at from ever new addresses',
    edits: [takeAttempt('!_ || $here', put('true'))],
    noticedBy: ['known-addresses'],
  },
  {
    title: 'a flood from elsewhere shuts out the addresses that signed in',
    edits: [takeAttempt('!_ || $here', put('false'))],
    noticedBy: ['known-addresses'],
  },
  {
    title: 'an address that the identity provider has not verified opens an account',
    edits: [finishOidc("typeof _ !== 'string' || $here", put('false'))],
    noticedBy: ['oidc'],
  },
  {
    title: 'the signature of an ID token is not verified',
    edits: [anywhere('client.enableNonRepudiationChecks', drop)],
    noticedBy: ['oidc'],
  },
  {
    title: 'a longer password is cut',
    edits: [flawOf('password.length > _', put('false'))],
    noticedBy: ['password-rules'],
  },
  {
    title: 'the links that a person made outlive the person',
    edits: [endLinksOf('eq(_.createdById, _)', drop)],
    noticedBy: ['people'],
  },
  {
    title: 'a link to an account never ends',
    edits: [validLink('gt(_, $here)', put('0'))],
    noticedBy: ['people'],
  },
  {
    title: 'the last operator can be removed',
    edits: [remove('_.length === $here', put('0'))],
    noticedBy: ['people'],
  },
  {
    title: 'a new password made by a link leaves the sessions open',
    edits: [acceptReset('if (_) return undefined; _; $here; return _', drop)],
    noticedBy: ['account'],
  },
]
