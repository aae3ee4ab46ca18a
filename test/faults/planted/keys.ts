import type { Fault } from './fault.ts'

const token = 'src/keys/token.ts'
const keyring = 'src/keys/keyring.ts'
const admission = 'src/http/admission.ts'

export const keys: readonly Fault[] = [
  {
    title: 'the checksum of a key is not looked at',
    edits: [[token, 'if (wholeToken.test(text) && isChecksumRight(text))', 'if (wholeToken.test(text))']],
    noticedBy: ['test/keys/token.test.ts'],
  },
  {
    title: 'some characters of a key are likelier than others',
    edits: [[token, 'unbiasedBelow = 248', 'unbiasedBelow = 256']],
    noticedBy: ['test/keys/token.test.ts'],
  },
  {
    title: 'more of a key is kept than its last four characters',
    edits: [[token, 'token.slice(-4)', 'token.slice(-5)']],
    noticedBy: ['test/keys/token.test.ts', 'test/keys/keyring.test.ts'],
  },
  {
    title: 'the old key stays as it was in the index after a rotation',
    edits: [
      [keyring, 'if (this.#used.has(key.hash)) this.#keep(key)', 'if (this.#used.has(key.hash)) continue'],
    ],
    noticedBy: ['test/keys/keyring.test.ts'],
  },
  {
    title: 'what another process commits is not seen by the keyring',
    edits: [
      [
        'src/storage/keys.ts',
        'if (version === seenVersion && !database.admissionTouched)',
        'if (seenVersion !== -1 && !database.admissionTouched)',
      ],
    ],
    noticedBy: ['test/keys/keyring.test.ts'],
  },
  {
    title: 'a key that was made after the start is not known',
    edits: [[keyring, 'this.#hashes.add(key.hash)', '']],
    noticedBy: ['test/keys/keyring.test.ts'],
  },
  {
    title: 'a load of the keyring that failed is not tried again',
    edits: [[keyring, 'const newest = this.#store', 'this.#stale = false\n    const newest = this.#store']],
    noticedBy: ['test/keys/keyring.test.ts'],
  },
  {
    title: 'a replaced key is let in',
    edits: [[admission, 'if (key.replacedAt !== null)', 'if (key.replacedAt === 0)']],
    noticedBy: ['test/http/admission.test.ts'],
  },
  {
    title: 'the plan is not looked at',
    edits: [[admission, "key.environment.plan !== 'agency'", "key.environment.plan === 'growth'"]],
    noticedBy: ['test/http/admission.test.ts', 'test/http/admin/pages.test.ts'],
  },
  {
    title: 'the switch of API access is not looked at',
    edits: [[admission, 'if (!key.environment.accessEnabled) return', 'if (key.id === key.hash) return']],
    noticedBy: ['test/http/admission.test.ts'],
  },
  {
    title: 'a key that ends while a body comes in is not looked at again',
    edits: [['src/http/v1/index.ts', 'confirm()\n        const { callId', 'const { callId']],
    noticedBy: ['test/http/admission-again.test.ts'],
  },
  {
    title: 'a key in the URL is taken',
    edits: [[admission, 'if (exposed) return exposed', '']],
    noticedBy: ['test/http/authorization.test.ts'],
  },
  {
    title: 'a key under another scheme than Bearer is taken',
    edits: [
      ['src/http/bearer.ts', "if (!/^bearer[ \\t]/i.test(header)) return new Failure('wrong_scheme')", ''],
    ],
    noticedBy: ['test/http/authorization.test.ts'],
  },
  {
    title: 'requests with unknown keys are counted in the usage',
    edits: [
      [
        admission,
        'if (!key) return',
        "if (!key) usage.grant({ environmentId: '', keyId: '', address: null, userAgent: null }, now)\n    if (!key) return",
      ],
    ],
    noticedBy: ['test/http/usage.test.ts'],
  },
  {
    title: 'a key is written to the log when it is used',
    edits: [
      [
        admission,
        'const { environment } = key\n',
        "const { environment } = key\n    log.info('admitted', { token })\n",
      ],
    ],
    noticedBy: ['test/telemetry/redaction.test.ts'],
  },
  {
    title: 'a password is written to the log when it does not match',
    edits: [
      [
        'src/http/admin/entrance.tsx',
        'set.status = result.retryAfterSeconds === undefined ? 401 : 429',
        "services.log.warn('a sign-in failed', { email, password })\n        set.status = result.retryAfterSeconds === undefined ? 401 : 429",
      ],
    ],
    noticedBy: ['test/telemetry/redaction.test.ts'],
  },
  {
    title: 'a live key that was found elsewhere stays on',
    edits: [
      [
        'src/http/leaks.ts',
        'noteLeak(key, where === undefined',
        "if (where === '') noteLeak(key, where === undefined",
      ],
    ],
    noticedBy: ['test/http/leaks.test.ts'],
  },
  {
    title: 'a key that was seen in a URL is not noted',
    edits: [[admission, 'if (key.exposedAt === null) noteExposure', "if (key.id === '') noteExposure"]],
    noticedBy: ['test/http/authorization.test.ts'],
  },
  {
    title: 'an old key and its successor are live together',
    edits: [['src/storage/keys.ts', 'set({ replacedAt: key.createdAt })', 'set({ replacedAt: null })']],
    noticedBy: ['test/keys/keyring.test.ts'],
  },
]
