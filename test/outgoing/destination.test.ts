import { describe, expect, test } from 'bun:test'
import { parsePrivateDestination } from '../../src/outgoing/private-destinations.ts'
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

describe('where only some private destinations are allowed', () => {
  const some = (text: string) => ({
    allowPrivate: text.split(',').flatMap((each) => parsePrivateDestination(each) ?? []),
  })
  const listed = some('10.0.0.0/8,192.168.1.5:9000,[fd00::]/8,hooks.lan:8443,dialler.example')
  const reach = (url: string, ...found: string[]) => findAddresses(url, listed, async () => found)

  test.each([
    'https://10.1.2.3/',
    'http://10.1.2.3:8080/',
    'https://192.168.1.5:9000/',
    'https://[fd00::7]/',
    'https://hooks.lan:8443/',
    'http://HOOKS.lan.:8443/',
    'http://dialler.example/',
    // Some name of the network: its address is looked at when it is dialled.
    'http://anything.lan/',
    'https://8.8.8.8/',
  ])('%s can be saved', (url) => expect(destinationProblem(url, listed)).toBeUndefined())

  test.each([
    ['https://192.168.1.5/', 'its address is private'],
    ['https://192.168.1.6:9000/', 'its address is private'],
    ['https://127.0.0.1/', 'its address is loopback'],
    ['https://[fd00:ec2::254]/', 'its address is a metadata service'],
    ['http://8.8.8.8/', 'it must begin with https://'],
    ['http://192.168.1.6:9000/', 'it must begin with https://'],
  ])('%s cannot: %s', (url, reason) =>
    expect(destinationProblem(url, listed)).toBe(`This URL cannot be used: ${reason}.`),
  )

  test('a local name can be saved only where a network or that name is listed', () => {
    const hostOnly = some('hooks.lan:8443')
    expect(destinationProblem('https://hooks.lan:8443/', hostOnly)).toBeUndefined()
    for (const url of ['https://hooks.local:8443/', 'https://printer/', 'https://localhost/'])
      expect(destinationProblem(url, hostOnly)).toBe('This URL cannot be used: its host name is local.')
  })

  test('a name is dialled at its listed addresses, a listed host at any private one, and http only there', async () => {
    expect(await reach('https://anything.lan/', '10.9.9.9')).toMatchObject({ addresses: ['10.9.9.9'] })
    expect(await reach('https://anything.lan/', '8.8.8.8')).toMatchObject({ addresses: ['8.8.8.8'] })
    expect(await reach('http://hooks.lan:8443/', '127.0.0.1')).toMatchObject({ addresses: ['127.0.0.1'] })
    expect(await reach('http://dialler.example/', '8.8.8.8')).toMatchObject({ addresses: ['8.8.8.8'] })
    for (const [url, address, problem] of [
      ['https://anything.lan/', '172.16.0.1', 'its address is private'],
      ['https://anything.lan/', '127.0.0.1', 'its address is loopback'],
      ['http://anything.lan/', '8.8.8.8', 'it must begin with https://'],
      ['https://hooks.lan:8443/', '169.254.169.254', 'its address is link-local'],
      ['https://dialler.example/', '100.100.100.200', 'its address is a metadata service'],
    ] as const)
      expect(await reach(url, address)).toEqual({ problem })
    expect(await reach('https://anything.lan/', '10.9.9.9', '172.16.0.1')).toEqual({
      problem: 'its address is private',
    })
  })
})

test.each([
  '10.0.0.0/33',
  '8.8.8.0/24',
  '0.0.0.0/0',
  '[::]/0',
  '10.0.0.0/7',
  '169.254.169.254',
  'hooks.lan:0',
  'hooks.lan:65536',
  'hooks.lan/8',
  'http://hooks.lan',
  '*.lan',
  '300.1.1.1',
  '',
])('%p names no private destination', (text) => expect(parsePrivateDestination(text)).toBeUndefined())

test('one private address among the public ones of a name spoils them all', async () => {
  for (const found of [
    ['8.8.8.8', '10.0.0.1'],
    ['2606:4700::1111', '8.8.8.8', '::1'],
  ])
    expect(await findAddresses('https://example.com/', publicOnly, async () => found)).toEqual({
      problem: expect.stringMatching(/^its address is (private|loopback)$/),
    })
})
