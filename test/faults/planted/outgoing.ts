import type { Fault } from './fault.ts'

const send = 'src/outgoing/send.ts'
const address = 'src/outgoing/address.ts'
const destination = 'src/outgoing/destination.ts'

export const outgoing: readonly Fault[] = [
  {
    title: 'redirects of outgoing requests are followed',
    edits: [[send, "redirect: 'manual'", "redirect: 'follow'"]],
    noticedBy: ['test/outgoing/send.test.ts'],
  },
  {
    title: 'a proxy variable is heeded',
    edits: [[send, 'proxy: false,', '']],
    noticedBy: ['test/outgoing/send.test.ts'],
  },
  {
    title: 'a name is looked up a second time to be dialled',
    edits: [
      [send, 'target.hostname = address', 'if (literalOf(url) !== undefined) target.hostname = address'],
    ],
    noticedBy: ['test/outgoing/send.test.ts'],
  },
  {
    title: 'an answer is read without an end',
    edits: [[send, 'if (size > limitBytes) throw new TooLarge()', '']],
    noticedBy: ['test/outgoing/send.test.ts'],
  },
  {
    title: 'an answer is unpacked, however large it becomes',
    edits: [[send, 'decompress: false,', '']],
    noticedBy: ['test/outgoing/send.test.ts'],
  },
  {
    title: 'another address is tried after a request may have been sent',
    edits: [[send, "'ECONNREFUSED', 'EHOSTUNREACH'", "'ECONNREFUSED', 'ECONNRESET', 'EHOSTUNREACH'"]],
    noticedBy: ['test/outgoing/send.test.ts'],
  },
  {
    title: 'the guard leaves one range open',
    edits: [[address, "'100.64.0.0/10', ", '']],
    noticedBy: ['test/outgoing/address.test.ts'],
  },
  {
    title: 'an address within an IPv6 one is not judged as itself',
    edits: [[address, 'ipaddr.process(text)', 'ipaddr.parse(text)']],
    noticedBy: ['test/outgoing/address.test.ts'],
  },
  {
    title: 'of the addresses of a name only the first is judged',
    edits: [[destination, 'for (const address of found) {', 'for (const address of found.slice(0, 1)) {']],
    noticedBy: ['test/outgoing/destination.test.ts'],
  },
  {
    title: 'plain http may be called',
    edits: [[destination, "(allowPrivate && url.protocol === 'http:')", "url.protocol === 'http:'"]],
    noticedBy: ['test/outgoing/destination.test.ts'],
  },
]
