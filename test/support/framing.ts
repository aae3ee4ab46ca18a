/** A message that two readers can take for different things, or that nobody should send. */
export interface Framing {
  name: string
  bytes: string
}

/** A whole order, to be carried inside another message: it is on disk when somebody took it for a message of its own. */
const smuggled = (key: string) => {
  const body = '{"phone_number":"+15551234500"}'
  return [
    'POST /api/v1/calls/trigger HTTP/1.1',
    'Host: callgate.test',
    `Authorization: Bearer ${key}`,
    'Content-Type: application/json',
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n')
}

/** Everything here is to be refused, without a call coming to be. */
export const brokenFramings = (key: string): Framing[] => {
  const right = `Authorization: Bearer ${key}`
  const host = 'Host: callgate.test'
  const get = 'GET /api/v1/key HTTP/1.1'
  const post = 'POST /api/v1/calls/trigger HTTP/1.1'
  const json = 'Content-Type: application/json'
  const inner = smuggled(key)
  const order = '{"phone_number":"+15551234500"}'
  const size = order.length.toString(16)

  const message = (lines: string[], body = '') =>
    `${[...lines, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`
  const asking = (...lines: string[]) => message([get, host, right, ...lines])
  const ordering = (lines: string[], body: string) => message([post, host, right, json, ...lines], body)
  const chunked = 'Transfer-Encoding: chunked'
  const whole = `${size}\r\n${order}\r\n0\r\n\r\n`

  const cases: Record<string, string> = {
    'two Host headers': message([get, host, 'Host: other.test', right]),
    'the same Host twice': message([get, host, host, right]),
    'two Hosts in one header': message([get, 'Host: one.test, two.test', right]),
    'no Host': message([get, right]),
    'an empty Host': message([get, 'Host:', right]),
    'a Host with a space': message([get, 'Host: one two', right]),
    'a Host with a user': message([get, 'Host: user@callgate.test', right]),
    'a Host with a path': message([get, 'Host: callgate.test/admin', right]),
    'a Host with a port that is none': message([get, 'Host: callgate.test:99999', right]),
    'a Host that is a number and no address': message([get, 'Host: 0xffffffffffffffff', right]),
    'a Host of five numbers': message([get, 'Host: 1.2.3.4.5', right]),
    'a Host that is badly encoded': message([get, 'Host: xn--a', right]),
    'a Host that is half an IPv6 address': message([get, 'Host: [1:2]', right]),
    'HTTP/1.0 without Host': message(['GET /api/v1/key HTTP/1.0', right]),
    'a target without a slash': message(['GET api/v1/key HTTP/1.1', host, right]),
    'an authority for a target': message(['CONNECT callgate.test:80 HTTP/1.1', host, right]),
    'no target': message(['GET  HTTP/1.1', host, right]),
    'two targets': message(['GET /api/v1/key /api/v1/key HTTP/1.1', host, right]),
    'no version': message(['GET /api/v1/key', host, right]),
    'a version that is none': message(['GET /api/v1/key HTTP/1.9x', host, right]),
    'HTTP/2 by its name': message(['GET /api/v1/key HTTP/2.0', host, right]),
    'the preface of HTTP/2': 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'a method that is none': message(['G(T /api/v1/key HTTP/1.1', host, right]),
    'a NUL in the target': message(['GET /api/v1/key\0 HTTP/1.1', host, right]),
    'a NUL in a value': message([get, host, `${right}\0`]),
    'a NUL in a name': asking('X-A\0: 1'),
    'a bare CR in a value': asking('X-A: 1\rX-B: 2'),
    'a space before the colon': asking('X-A : 1'),
    'a space in a name': asking('X A: 1'),
    'a name of nothing': asking(': 1'),
    'a line without a colon': asking('nonsense'),
    'a folded value': asking('X-A: 1', ' 2'),
    'a folded key': message([get, host, 'Authorization: Bearer', ` ${key}`]),
    'a space before the first header': message([get, ` ${host}`, right]),
    'two Authorization headers': message([get, host, right, right]),
    'lines that end in bare LF': `${get}\n${host}\n${right}\nConnection: close\n\n`,
    'one line that ends in bare LF': `${get}\r\n${host}\nX-A: 1\r\n${right}\r\nConnection: close\r\n\r\n`,
    '64 KB of headers': asking(`X-A: ${'x'.repeat(70 * 1024)}`),
    '300 headers': asking(...Array.from({ length: 300 }, (_, number) => `X-${number}: 1`)),
    '16 KB of key': message([get, host, `Authorization: Bearer bvai_sk_${'B'.repeat(16 * 1024)}`]),

    'a length and chunks': ordering(['Content-Length: 5', chunked], `0\r\n\r\n${inner}`),
    'chunks and a length': ordering([chunked, `Content-Length: ${whole.length}`], whole),
    'two lengths': ordering([`Content-Length: ${order.length}`, 'Content-Length: 0'], order),
    'two lengths in one': ordering([`Content-Length: ${order.length}, 0`], order),
    'a length with a sign': ordering([`Content-Length: +${order.length}`], order),
    'a length below nothing': ordering(['Content-Length: -1'], order),
    'a length in hexadecimal': ordering([`Content-Length: 0x${size}`], order),
    'a length with letters': ordering([`Content-Length: ${order.length}a`], order),
    'a length with a fraction': ordering([`Content-Length: ${order.length}.0`], order),
    'an empty length': ordering(['Content-Length:'], order),
    'a length beyond numbers': ordering(['Content-Length: 99999999999999999999999'], order),
    'a length with a space before the colon': ordering([`Content-Length : ${order.length}`], order),
    'an encoding with a space before the colon': ordering(['Transfer-Encoding : chunked'], whole),
    'an unknown encoding': ordering(['Transfer-Encoding: xchunked'], whole),
    'an encoding that is not chunked in the end': ordering(['Transfer-Encoding: chunked, gzip'], whole),
    'two encodings': ordering([chunked, 'Transfer-Encoding: identity'], whole),
    'chunked twice': ordering(['Transfer-Encoding: chunked, chunked'], whole),
    'an encoding with a control character': ordering(['Transfer-Encoding: \x0bchunked'], whole),
    'an encoding in quotes': ordering(['Transfer-Encoding: "chunked"'], whole),
    'a folded encoding': ordering(['Transfer-Encoding:', ' chunked'], whole),
    'chunks by HTTP/1.0': message(['POST /api/v1/calls/trigger HTTP/1.0', host, right, json, chunked], whole),
    'a chunk of a size that is none': ordering([chunked], `zz\r\n${order}\r\n0\r\n\r\n`),
    'a chunk of a size with 0x': ordering([chunked], `0x${size}\r\n${order}\r\n0\r\n\r\n`),
    'a chunk of a size with a sign': ordering([chunked], `+${size}\r\n${order}\r\n0\r\n\r\n`),
    'a chunk below nothing': ordering([chunked], `-1\r\n${order}\r\n0\r\n\r\n`),
    'a chunk beyond numbers': ordering([chunked], `fffffffffffffffff${size}\r\n${order}\r\n0\r\n\r\n`),
    'a chunk of no size': ordering([chunked], `\r\n${order}\r\n0\r\n\r\n`),
    'a chunk with a space in its size': ordering([chunked], `1 f\r\n${order}\r\n0\r\n\r\n`),
    'a chunk that is longer than it says': ordering([chunked], `5\r\n${order}\r\n0\r\n\r\n`),
    'a chunk whose size ends in bare LF': ordering([chunked], `${size}\n${order}\r\n0\r\n\r\n`),
    'a chunk that ends in bare LF': ordering([chunked], `${size}\r\n${order}\n0\r\n\r\n`),
    'a chunk that ends in nothing': ordering([chunked], `${size}\r\n${order}0\r\n\r\n`),
    'an extension with bare LF': ordering([chunked], `${size};a\nb\r\n${order}\r\n0\r\n\r\n`),
    'a body with a GET that is a message of its own': message(
      ['GET /api/v1/none HTTP/1.1', host, right, `Content-Length: ${inner.length}`],
      inner,
    ),
  }
  return Object.entries(cases).map(([name, bytes]) => ({ name, bytes }))
}
