import type { Fault } from './fault.ts'

const sessions = 'src/http/admin/sessions.ts'
const passwords = 'src/http/admin/passwords.ts'
const invitations = 'src/storage/invitations.ts'
const store = 'src/storage/people.ts'

export const people: readonly Fault[] = [
  {
    title: 'a changed password leaves the sessions open',
    edits: [[store, 'if (!changed) return false\n        closeSessions(id)', 'if (!changed) return false']],
    noticedBy: ['test/http/admin/account.test.ts'],
  },
  {
    title: 'a removed person stays signed in',
    edits: [
      [
        store,
        'closeSessions(id)\n        orm.delete(invitations).where(eq(invitations.personId, id)).run()\n        orm.delete(people)',
        'orm.delete(people)',
      ],
    ],
    noticedBy: ['test/http/admin/people.test.ts'],
  },
  {
    title: 'the session cookie is within reach of scripts',
    edits: [[sessions, 'httpOnly: true', 'httpOnly: false']],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'the session cookie goes along from other sites',
    edits: [[sessions, "sameSite: 'strict'", "sameSite: 'none'"]],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'under https the session cookie goes over http too',
    edits: [[sessions, 'secure: this.#secure', 'secure: false']],
    noticedBy: ['test/http/admin/entrance.test.ts', 'test/http/https.test.ts'],
  },
  {
    title: 'the token of a session is stored as it is',
    edits: [
      [sessions, 'this.#store.openSession({ hash: tokenHash(token)', 'this.#store.openSession({ hash: token'],
      [sessions, 'this.#store.findSession(tokenHash(token))', 'this.#store.findSession(token)'],
    ],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'an idle session goes on',
    edits: [[sessions, '|| found.session.seenAt <= now - idleMs', '']],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'signing out only removes the cookie',
    edits: [[sessions, 'this.#end(request)\n    return this.#cookie', 'return this.#cookie']],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'wrong passwords are not slowed down',
    edits: [[passwords, 'if (waitMs > 0) return', 'if (waitMs === -1) return']],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'wrong passwords sent at once are all looked at',
    edits: [
      [passwords, 'this.#countFailure(pair, now)\n    try', 'try'],
      [
        passwords,
        'if (!matches || !person || !stillHolds) return { refused: true }',
        'if (!matches || !person || !stillHolds) {\n        this.#countFailure(pair, now)\n        return { refused: true }\n      }',
      ],
    ],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'the setup link works again',
    edits: [
      [store, 'if (changes === 0 || anyone()) return undefined', 'if (changes === -1) return undefined'],
      [
        store,
        'return token !== undefined && !anyone()',
        'return token !== undefined || hash !== hash.trim()',
      ],
    ],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'a busy session never ends',
    edits: [[sessions, 'found.session.createdAt <= now - absoluteMs', 'found.session.createdAt < 0']],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'an invitation works twice',
    edits: [
      [
        invitations,
        'orm.delete(invitations).where(eq(invitations.hash, hash)).run()\n        const',
        'const',
      ],
    ],
    noticedBy: ['test/http/admin/people.test.ts'],
  },
  {
    title: 'a link to an account never ends',
    edits: [
      [
        invitations,
        'and(eq(invitations.hash, hash), gt(invitations.expiresAt, now))',
        'and(eq(invitations.hash, hash), gt(invitations.expiresAt, 0))',
      ],
    ],
    noticedBy: ['test/http/admin/people.test.ts'],
  },
  {
    title: 'the last operator can be removed',
    edits: [
      [
        store,
        "if (role === 'operator' && operators.length === 1)",
        "if (role === 'operator' && operators.length === 0)",
      ],
    ],
    noticedBy: ['test/http/admin/people.test.ts'],
  },
  {
    title: 'a new password made by a link leaves the sessions open',
    edits: [[invitations, 'orm.delete(sessions).where(eq(sessions.personId, used.personId)).run()', '']],
    noticedBy: ['test/http/admin/account.test.ts'],
  },
]
