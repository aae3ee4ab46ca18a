import { anywhere, drop, put, within } from '../planting/change.ts'
import type { Fault } from './fault.ts'

const dial = within('dial')
const readBody = within('readBody')
const address = within('addressProblem')
const findAddresses = within('findAddresses')
const room = within('hasRoom')
const url = within('urlProblem')
const opens = within('opens')
const requireAllowed = within('requireAllowedDestination')
const open = within('createOpen')
const bounded = within('bounded')

export const outgoing: readonly Fault[] = [
  {
    title: 'redirects of outgoing requests are followed',
    edits: [dial("redirect: 'manual'", put("redirect: 'follow'"))],
    noticedBy: ['send'],
  },
  {
    title: 'a proxy variable is heeded',
    edits: [dial('proxy: false', drop)],
    noticedBy: ['send'],
  },
  {
    title: 'a name is looked up a second time to be dialled',
    edits: [dial('_.hostname = _;', drop)],
    noticedBy: ['send'],
  },
  {
    title: 'an answer is read without an end',
    edits: [readBody('if (_ > _) throw _', drop)],
    noticedBy: ['send'],
  },
  {
    title: 'a large answer is read without room for it',
    edits: [readBody('if (_ && _) _ = await _', drop)],
    noticedBy: ['reserve'],
  },
  {
    title: 'the room for a large answer is never given back',
    edits: [readBody('_()', drop)],
    noticedBy: ['reserve'],
  },
  {
    title: 'an answer is unpacked, however large it becomes',
    edits: [dial('decompress: false', drop)],
    noticedBy: ['send'],
  },
  {
    title: 'another address is tried after a request may have been sent',
    edits: [anywhere("['ECONNREFUSED', $$others]", put("['ECONNREFUSED', 'ECONNRESET', $$others]"))],
    noticedBy: ['send'],
  },
  {
    title: 'the guard leaves one range open',
    edits: [anywhere("'100.64.0.0/10'", drop)],
    noticedBy: ['address'],
  },
  {
    title: 'an address within an IPv6 one is not judged as itself',
    edits: [address('ipaddr.process($text)', put('ipaddr.parse($text)'))],
    noticedBy: ['address'],
  },
  {
    title: 'tests and webhooks take the turns of calls',
    edits: [room('(_ || others < share.others)', put('true'))],
    noticedBy: ['limiter'],
  },
  {
    title: 'plain http leaves the listed destinations',
    edits: [findAddresses("if (_.protocol === 'http:' && !_) _", drop)],
    noticedBy: ['destination'],
  },
  {
    title: 'one listed network opens all private ones',
    edits: [opens('parsed.match(network, bits)', put('true'))],
    noticedBy: ['destination'],
  },
  {
    title: 'a refused URL leaves no trace',
    edits: [requireAllowed('await auditRefusedDestination(_, _, _)', drop)],
    noticedBy: ['webhooks'],
  },
  {
    title: 'of the addresses of a name only the first is judged',
    edits: [findAddresses('for (const _ of $here) _', put('$here.slice(0, 1)'))],
    noticedBy: ['destination'],
  },
  {
    title: 'plain http may be called',
    edits: [url("$here && _ === 'http:'", put('true'))],
    noticedBy: ['destination'],
  },
  {
    title: 'the credentials of a provider follow a redirect elsewhere',
    edits: [open('if (_.origin !== new URL(_).origin) _ = {}', drop)],
    noticedBy: ['open'],
  },
  {
    title: 'a recording is passed on without an end',
    edits: [bounded('if (_ > _) throw _', drop)],
    noticedBy: ['open'],
  },
]
