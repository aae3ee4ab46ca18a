import type { Fault } from './fault.ts'

const guard = 'src/http/admin/guard.ts'
const sessions = 'src/http/admin/sessions.ts'
const passwords = 'src/http/admin/passwords.ts'
const people = 'src/storage/people.ts'
const pages = 'src/http/admin/pages'

export const page: readonly Fault[] = [
  {
    title: 'forms from elsewhere are taken',
    edits: [[guard, 'if (!safe && !isFromOurPages(request, ours))', 'if (!safe && ours.length === 0)']],
    noticedBy: ['test/http/admin/cross-site.test.ts'],
  },
  {
    title: 'a form of another host of the same site is taken',
    edits: [
      ['src/http/admin/cross-site.ts', "return site === 'same-origin'", "return site.startsWith('same-')"],
    ],
    noticedBy: ['test/http/admin/cross-site.test.ts'],
  },
  {
    title: 'one page for operators lets in an agency’s admin',
    edits: [
      [
        'src/http/admin/limits.tsx',
        "import { operatorOnly } from './guard.ts'",
        "import { signedIn as operatorOnly } from './guard.ts'",
      ],
    ],
    noticedBy: ['test/http/admin/roles.test.ts'],
  },
  {
    title: 'an agency’s admin sees other agencies',
    edits: [[guard, 'hideOtherAgencies(person, params)\n', '\n']],
    noticedBy: ['test/http/admin/roles.test.ts'],
  },
  {
    title: 'a changed password leaves the sessions open',
    edits: [[people, 'if (!changed) return false\n        closeSessions(id)', 'if (!changed) return false']],
    noticedBy: ['test/http/admin/account.test.ts'],
  },
  {
    title: 'a removed person stays signed in',
    edits: [
      [
        people,
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
      [people, 'if (changes === 0 || anyone()) return undefined', 'if (changes === -1) return undefined'],
      [
        people,
        'return token !== undefined && !anyone()',
        'return token !== undefined || hash !== hash.trim()',
      ],
    ],
    noticedBy: ['test/http/admin/entrance.test.ts'],
  },
  {
    title: 'what a spreadsheet would run is not made inert',
    edits: [['src/http/admin/csv.ts', '/^[=+\\-@\\t\\r\\n]/.test(text) ?', 'text.length > 1_000_000 ?']],
    noticedBy: ['test/http/admin/csv.test.ts', 'test/http/admin/audit.test.ts'],
  },
  {
    title: 'the name of an agency is not escaped on one page',
    edits: [
      [
        `${pages}/agency.tsx`,
        '<h1>{agency.name}</h1>',
        '<h1 dangerouslySetInnerHTML={{ __html: agency.name }} />',
      ],
    ],
    noticedBy: ['test/http/admin/naughty.test.ts'],
  },
  {
    title: 'what was said in a call is not escaped',
    edits: [
      [
        `${pages}/conversation.tsx`,
        '<dd class="said">{content}</dd>',
        '<dd class="said" dangerouslySetInnerHTML={{ __html: content }} />',
      ],
    ],
    noticedBy: ['test/http/admin/naughty.test.ts'],
  },
  {
    title: 'pages may run scripts that stand in them',
    edits: [['src/http/admin/headers.ts', "script-src 'self'", "script-src 'self' 'unsafe-inline'"]],
    noticedBy: ['test/http/admin/pages.test.ts'],
  },
  {
    title: 'a deed is not in the audit',
    edits: [
      [
        'src/http/admin/operator.tsx',
        'audit.change(() => agencies.setPlan(agency.id, plan.data), {',
        'void (() => agencies.setPlan(agency.id, plan.data))()\n        void ({',
      ],
    ],
    noticedBy: ['test/http/admin/deeds.test.ts'],
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
        'src/storage/invitations.ts',
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
        'src/storage/invitations.ts',
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
        people,
        "if (role === 'operator' && operators.length === 1)",
        "if (role === 'operator' && operators.length === 0)",
      ],
    ],
    noticedBy: ['test/http/admin/people.test.ts'],
  },
  {
    title: 'a new password made by a link leaves the sessions open',
    edits: [
      [
        'src/storage/invitations.ts',
        'orm.delete(sessions).where(eq(sessions.personId, used.personId)).run()',
        '',
      ],
    ],
    noticedBy: ['test/http/admin/account.test.ts'],
  },
]
