import { anywhere, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const readJson = within('readJson')
const readCapped = within('readCapped')
const countedBytes = within('countedBytes')
const decode = within('decode')
const answer = within('answerProgram')
const answerHead = within('writeHead')
const isHost = within('isHost')
const routes = within('apiRoutes')
const phoneNumber = within('phoneNumberPattern')
const pageOfCalls = within('inSpan')
const clientAddress = within('clientAddress')
const check = within('openDatabase.check')

export const api: readonly Fault[] = [
  {
    title: 'a body may be as large as it says',
    edits: [readCapped('if (_ && _ > _) throw _', drop)],
    noticedBy: ['body'],
  },
  {
    title: 'a body that says no size may have any',
    edits: [countedBytes('if (_ > _) throw _', drop)],
    noticedBy: ['body'],
  },
  {
    title: 'JSON may be nested as deeply as it likes',
    edits: [readJson("if (_) throw new _('invalid_json', __)", drop)],
    noticedBy: ['body'],
  },
  {
    title: 'bytes that are no UTF-8 become other characters',
    edits: [decode('fatal: true', put('fatal: false'))],
    noticedBy: ['body'],
  },
  {
    title: 'any media type is taken for JSON',
    edits: [readJson("_(_, 'application/json');", drop)],
    noticedBy: ['body', 'trigger'],
  },
  {
    title: 'a refusal repeats what was sent',
    edits: [readJson("$text === '' ? _ : $here", put('$here + $text.slice(0, 60)'))],
    noticedBy: ['body', 'trigger'],
  },
  {
    title: 'an unexpected error tells what it was',
    edits: [answer('error: $refusal.message', put('error: String($refusal.cause ?? $refusal.message)'))],
    noticedBy: ['failure'],
  },
  {
    title: 'refusals may be kept by caches',
    edits: [answerHead("'no-store'", put("'max-age=60'"))],
    noticedBy: ['admission'],
  },
  {
    title: 'a second Host header is taken',
    edits: [isHost('_ && _', put('true'))],
    noticedBy: ['request-context'],
  },
  {
    title: 'the description of the API lacks a refusal',
    edits: [routes("'idempotency_in_flight'", drop)],
    noticedBy: ['openapi', 'idempotency'],
  },
  {
    title: 'the description of the API allows a number that is refused',
    edits: [phoneNumber(/14/, put('15'))],
    noticedBy: ['trigger'],
  },
  {
    title: 'a page of calls repeats the last one of the page before',
    edits: [pageOfCalls('given(before, ($other) => $here)', put('sql`${id} <= ${$other}`'))],
    noticedBy: ['list'],
  },
  {
    title: 'an unknown parameter of a query is passed over',
    edits: [within('readQuery')('if (given.some(_)) _', drop)],
    noticedBy: ['query'],
  },
  {
    title: 'a host that is not the public one is served',
    edits: [within('servedHosts')('isAddressOrLoopback(_)', put('true'))],
    noticedBy: ['request-context'],
  },
  {
    title: 'anybody may say whose address a request comes from',
    edits: [clientAddress('if ($here) return $peer; let _ = $peer', put('$peer === null'))],
    noticedBy: ['address'],
  },
  {
    title: 'where https is required, http is answered',
    edits: [anywhere("if (_) throw new _('https_required')", drop)],
    noticedBy: ['https'],
  },
  {
    title: 'ready is said while the disk takes no writes',
    edits: [check(/BEGIN IMMEDIATE/, put('BEGIN'))],
    noticedBy: ['health'],
  },
]
