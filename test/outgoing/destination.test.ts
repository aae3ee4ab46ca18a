import { describe, expect, test } from 'bun:test'
import { destinationProblem, findAddresses } from '../../src/outgoing/destination.ts'

const publicOnly = { allowPrivate: false }
const anywhere = { allowPrivate: true }

describe('a URL to be saved', () => {
  test.each([
    'https://example.com',
    'https://example.com:8443/a/b?c=d',
    'https://example.com./',
    'https://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'https://[::ffff:8.8.8.8]/',
    'https://xn--bcher-kva.example/',
    'https://local.example.com/',
    'https://notlocalhost.com/',
    'https://internal.example/',
  ])('%s is good', (url) => {
    expect(destinationProblem(url, publicOnly)).toBeUndefined()
  })

  test.each([
    ['http://example.com/', 'it must begin with https://'],
    ['ftp://example.com/', 'it must begin with https://'],
    ['example.com', 'it is not a valid URL'],
    ['', 'it is not a valid URL'],
    ['https://user@example.com/', 'it contains a user name or a password'],
    ['https://:sesame@example.com/', 'it contains a user name or a password'],
    ['https://example.com/#top', 'it contains a fragment (the part after #)'],
    ['https://example.com:0/', 'there is no port 0'],
    ['https://localhost./', 'its host name is local'],
    ['https://printer.local/', 'its host name is local'],
    ['https://intranet/', 'its host name is local'],
    ['https://example..com/', 'its host name is not valid'],
    ['https://10.1.2.3/', 'its address is private'],
    ['https://127.1/', 'its address is loopback'],
    ['https://169.254.169.254/', 'its address is link-local'],
    ['https://[64:ff9b::a00:1]/', 'its address is reserved'],
    ['https://168.63.129.16/', 'its address is a metadata service'],
  ])('%s is refused: %s', (url, reason) => {
    expect(destinationProblem(url, publicOnly)).toBe(`This URL cannot be used: ${reason}.`)
  })

  test.each(['http://localhost:8080', 'http://10.0.0.1/', 'https://[fd00::1]/', 'http://printer.local/'])(
    '%s is good where private destinations are allowed',
    (url) => {
      expect(destinationProblem(url, anywhere)).toBeUndefined()
    },
  )

  test.each([
    'http://169.254.169.254/latest/meta-data',
    'http://[fd00:ec2::254]/',
    'http://100.100.100.200/',
    'http://0.0.0.0/',
    'http://[::]/',
    'http://224.0.0.1/',
    'http://255.255.255.255/',
    'ftp://localhost/',
    'http://user@localhost/',
  ])('%s is refused even then', (url) => {
    expect(destinationProblem(url, anywhere)).toStartWith('This URL cannot be used: ')
  })
})

test('one private address among the public ones of a name spoils them all', async () => {
  for (const found of [
    ['8.8.8.8', '10.0.0.1'],
    ['2606:4700::1111', '8.8.8.8', '::1'],
  ])
    expect(await findAddresses('https://example.com/', publicOnly, async () => found)).toEqual({
      problem: expect.stringMatching(/^its address is (private|loopback)$/),
    })
})
