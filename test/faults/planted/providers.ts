import { anywhere, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const vapi = within('vapiThrough')
const retell = within('retellThrough')
const bland = within('blandThrough')
const elevenlabs = within('elevenlabsThrough')
const twilio = within('twilioThrough')
const dialler = within('dialThrough')
const isSame = within('isSame')
const isFresh = within('isFresh')
const takeEvents = within('createTakeEvents')
const placement = within('placementFrom')
const report = within('reportFrom')
const parseJson = within('parseJson')
const answerBudget = within('createAnswerBudget')

export const providers: readonly Fault[] = [
  {
    title: 'JSON that holds the event loop up is parsed',
    edits: [parseJson('if (_) return undefined', drop)],
    noticedBy: ['wire'],
  },
  {
    title: 'an account with large responses takes the room of all others',
    edits: [answerBudget('await own.take(_, _)', drop)],
    noticedBy: ['answer-budget'],
  },
  {
    title: 'Vapi’s reports are believed unproved',
    edits: [vapi("if (_ !== 'valid') return { _: _ }", drop)],
    noticedBy: ['vapi'],
  },
  {
    title: 'Retell’s reports are believed unsigned',
    edits: [retell("if (_) return { _: 'invalid_signature' }", drop)],
    noticedBy: ['retell'],
  },
  {
    title: 'Bland’s reports are believed unsigned',
    edits: [bland("if (_) return { _: 'invalid_signature' }", drop)],
    noticedBy: ['bland'],
  },
  {
    title: 'ElevenLabs’ reports are believed unsigned',
    edits: [elevenlabs("if (_) return { _: 'invalid_signature' }", drop)],
    noticedBy: ['elevenlabs'],
  },
  {
    title: 'Twilio’s reports are believed unsigned',
    edits: [twilio("if (_) return { _: 'invalid_signature' }", drop)],
    noticedBy: ['twilio'],
  },
  {
    title: 'a dialler’s reports are believed unsigned',
    edits: [dialler("if (!_.some(_)) return { _: 'invalid_signature' }", drop)],
    noticedBy: ['oracles', 'http'],
  },
  {
    title: 'the beginning of a signature is enough',
    edits: [
      isSame(
        '$given.length === $expected.length && _',
        put('$given.length > 7 && String($expected).startsWith(String($given))'),
      ),
    ],
    noticedBy: ['bland', 'oracles'],
  },
  {
    title: 'a signed report is believed however old it is',
    edits: [isFresh('Math.abs($now - $signed)', put('$signed - $now'))],
    noticedBy: ['retell'],
  },
  {
    title: 'a signed report is believed however far in the future it is',
    edits: [isFresh('Math.abs($now - $signed)', put('$now - $signed'))],
    noticedBy: ['retell'],
  },
  {
    title: 'an account speaks for the calls of another one',
    edits: [takeEvents('$call?._ === _ ? $call : $found', put('$call ?? ($found)'))],
    noticedBy: ['hooks'],
  },
  {
    title: 'a report by our id about another call of its provider is taken',
    edits: [takeEvents('if (_(_, _)) return _', drop)],
    noticedBy: ['hooks'],
  },
  {
    title: 'a reason repeats a phone number',
    edits: [anywhere("$words.replaceAll(_, '(number)')", put('$words'))],
    noticedBy: ['wire'],
  },
  {
    title: 'an order that was answered with 500 counts as refused, though its phone may ring',
    edits: [placement('$status >= 400 && _ && _', put('$status >= 400'))],
    noticedBy: ['hostile', 'retell'],
  },
  {
    title: 'an order whose answer was lost counts as refused',
    edits: [
      placement(
        "if ($lost === 'lost') return { $outcome: 'unknown', $$rest }",
        put("if ($lost === 'lost') return { $outcome: 'refused', code: 'provider_unreachable', $$rest }"),
      ),
    ],
    noticedBy: ['retell'],
  },
  {
    title: 'any refusal of a question counts as not knowing the call',
    edits: [
      report(
        'if ($isNo($answer)) return $no',
        put('if ($isNo($answer) || $answer.status >= 400) return $no'),
      ),
    ],
    noticedBy: ['retell'],
  },
]
