import type { Fault } from './fault.ts'

const guard = 'src/http/admin/guard.ts'
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
]
