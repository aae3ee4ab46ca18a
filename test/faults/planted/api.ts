import type { Fault } from './fault.ts'

const body = 'src/http/body.ts'
const failure = 'src/http/failure.ts'
const exchange = 'src/http/exchange.ts'

export const api: readonly Fault[] = [
  {
    title: 'a body may be as large as it says',
    edits: [[body, 'if (declared !== null && Number(declared) > limitBytes) throw tooLarge(limitBytes)', '']],
    noticedBy: ['test/http/body.test.ts'],
  },
  {
    title: 'a body that says no size may have any',
    edits: [[body, 'if (size > limitBytes) throw tooLarge(limitBytes)', '']],
    noticedBy: ['test/http/body.test.ts'],
  },
  {
    title: 'JSON may be nested as deeply as it likes',
    edits: [[body, 'if (!isShallow(value, depthLimit))', 'if (value === undefined)']],
    noticedBy: ['test/http/body.test.ts'],
  },
  {
    title: 'bytes that are no UTF-8 become other characters',
    edits: [[body, 'fatal: true', 'fatal: false']],
    noticedBy: ['test/http/body.test.ts'],
  },
  {
    title: 'any media type is taken for JSON',
    edits: [[body, "requireMediaType(request, 'application/json')", '']],
    noticedBy: ['test/http/body.test.ts', 'test/http/trigger.test.ts'],
  },
  {
    title: 'a refusal repeats what was sent',
    edits: [[body, "'it does not parse'", '`it does not parse: ${text.slice(0, 60)}`']],
    noticedBy: ['test/http/body.test.ts', 'test/http/trigger.test.ts'],
  },
  {
    title: 'an unexpected error tells what it was',
    edits: [[failure, 'error: refusal.message,', 'error: String(refusal.cause ?? refusal.message),']],
    noticedBy: ['test/http/failure.test.ts'],
  },
  {
    title: 'refusals may be kept by caches',
    edits: [
      [failure, "set.headers['cache-control'] = 'no-store'", "set.headers['cache-control'] = 'max-age=60'"],
    ],
    noticedBy: ['test/http/admission.test.ts'],
  },
  {
    title: 'a second Host header is taken',
    edits: [[exchange, 'hostPattern.test(host) && URL.canParse(`http://${host}/`)', "host !== ''"]],
    noticedBy: ['test/http/exchange.test.ts'],
  },
  {
    title: 'the description of the API lacks a refusal',
    edits: [['src/http/openapi/operations.ts', "'idempotency_in_flight',", '']],
    noticedBy: ['test/http/openapi/openapi.test.ts', 'test/http/idempotency.test.ts'],
  },
  {
    title: 'the description of the API allows a number that is refused',
    edits: [['src/http/v1/trigger.ts', '/^\\+[1-9]\\d{6,14}$/', '/^\\+[1-9]\\d{6,15}$/']],
    noticedBy: ['test/http/trigger.test.ts'],
  },
  {
    title: 'a page of calls repeats the last one of the page before',
    edits: [
      [
        'src/storage/calls.ts',
        'before === undefined ? undefined : lt(calls.id, before)',
        'before === undefined ? undefined : lte(calls.id, before)',
      ],
    ],
    noticedBy: ['test/http/list.test.ts'],
  },
  {
    title: 'anybody may say whose address a request comes from',
    edits: [
      ['src/http/address.ts', 'if (!isTrusted(peer, trusted)) return peer', 'if (peer === null) return peer'],
    ],
    noticedBy: ['test/http/address.test.ts'],
  },
  {
    title: 'where https is required, http is answered',
    edits: [['src/http/https.ts', 'if (!requireHttps || inTheClear', 'if (requireHttps || inTheClear']],
    noticedBy: ['test/http/https.test.ts'],
  },
  {
    title: 'ready is said while the disk takes no writes',
    edits: [['src/storage/database.ts', "sqlite.run('BEGIN IMMEDIATE')", "sqlite.run('BEGIN')"]],
    noticedBy: ['test/http/health.test.ts'],
  },
]
