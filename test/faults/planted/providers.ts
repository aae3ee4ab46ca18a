import type { Fault } from './fault.ts'

const signature = 'src/providers/signature.ts'
const hooks = 'src/http/hooks/index.ts'

export const providers: readonly Fault[] = [
  {
    title: 'Vapi’s reports are believed unproved',
    edits: [
      [
        'src/providers/vapi.ts',
        '|| !isSame(given, expected)) return',
        '|| expected === given.slice(1)) return',
      ],
    ],
    noticedBy: ['test/providers/vapi.test.ts'],
  },
  {
    title: 'Retell’s reports are believed unsigned',
    edits: [
      [
        'src/providers/retell.ts',
        "if (!isSame(digest.toLowerCase(), expected)) return { kind: 'forged' }",
        '',
      ],
    ],
    noticedBy: ['test/providers/retell.test.ts'],
  },
  {
    title: 'Bland’s reports are believed unsigned',
    edits: [
      [
        'src/providers/bland.ts',
        "if (!isSame(headers.get('x-webhook-signature') ?? '', expected)) return { kind: 'forged' }",
        '',
      ],
    ],
    noticedBy: ['test/providers/bland.test.ts'],
  },
  {
    title: 'ElevenLabs’ reports are believed unsigned',
    edits: [['src/providers/elevenlabs.ts', "if (!isSame(digest, expected)) return { kind: 'forged' }", '']],
    noticedBy: ['test/providers/elevenlabs.test.ts'],
  },
  {
    title: 'Twilio’s reports are believed unsigned',
    edits: [
      ['src/providers/twilio.ts', "if (!spellingsOf(url).some(isSigned)) return { kind: 'forged' }", ''],
    ],
    noticedBy: ['test/providers/twilio.test.ts'],
  },
  {
    title: 'a dialler’s reports are believed unsigned',
    edits: [
      [
        'src/providers/http.ts',
        "if (!signatures.some((signature) => isSame(signature, expected))) return { kind: 'forged' }",
        '',
      ],
    ],
    noticedBy: ['test/providers/oracles.test.ts', 'test/providers/http.test.ts'],
  },
  {
    title: 'the beginning of a signature is enough',
    edits: [
      [
        signature,
        'return a.length === b.length && timingSafeEqual(a, b)',
        'return a.length > 7 && b.subarray(0, a.length).equals(a)',
      ],
    ],
    noticedBy: ['test/providers/bland.test.ts', 'test/providers/oracles.test.ts'],
  },
  {
    title: 'a signed report is believed however old it is',
    edits: [[signature, 'Math.abs(now - signedAt) <= toleranceMs', 'signedAt - now <= toleranceMs']],
    noticedBy: ['test/providers/retell.test.ts'],
  },
  {
    title: 'a signed report is believed however far in the future it is',
    edits: [[signature, 'Math.abs(now - signedAt) <= toleranceMs', 'now - signedAt <= toleranceMs']],
    noticedBy: ['test/providers/retell.test.ts'],
  },
  {
    title: 'an account speaks for the calls of another one',
    edits: [[hooks, 'if (named?.accountId === accountId) return named', 'if (named) return named']],
    noticedBy: ['test/http/hooks.test.ts'],
  },
  {
    title: 'a report by our id about another call of its provider is taken',
    edits: [[hooks, 'if (isOtherCall(call.providerCallId, news.providerCallId))', "if (accountId === '')"]],
    noticedBy: ['test/http/hooks.test.ts'],
  },
  {
    title: 'a reason repeats a phone number',
    edits: [['src/providers/wire.ts', ".replaceAll(phoneNumber, '(number)')", '']],
    noticedBy: ['test/providers/wire.test.ts'],
  },
  {
    title: 'an order that was answered with 500 counts as refused, though its phone may ring',
    edits: [['src/providers/answers.ts', 'status >= 400 && status < 500 && status !== 408', 'status >= 400']],
    noticedBy: ['test/providers/hostile.test.ts', 'test/providers/retell.test.ts'],
  },
  {
    title: 'an order whose answer was lost counts as refused',
    edits: [
      [
        'src/providers/answers.ts',
        "if (result.kind === 'lost') return { outcome: 'unknown', reason",
        "if (result.kind === 'lost') return { outcome: 'refused', code: 'provider_unreachable', reason",
      ],
    ],
    noticedBy: ['test/providers/retell.test.ts'],
  },
  {
    title: 'any refusal of a question counts as not knowing the call',
    edits: [
      [
        'src/providers/answers.ts',
        "if (isNotFound(result)) return { known: 'no' }",
        "if (isNotFound(result) || result.status >= 400) return { known: 'no' }",
      ],
    ],
    noticedBy: ['test/providers/retell.test.ts'],
  },
]
