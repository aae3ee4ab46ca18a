import { expect, test } from 'bun:test'
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sign } from '../../.ci/sign.ts'
import { temporaryDirectory } from '../support/directory.ts'

/** A directory with checksums and a key, and the command of the page about installing that verifies them. */
const withKey = () => {
  const directory = temporaryDirectory()
  const keyFile = join(directory.path, 'key')
  const file = join(directory.path, 'SHA256SUMS')
  Bun.spawnSync(['ssh-keygen', '-q', '-t', 'ed25519', '-N', '', '-C', 'release', '-f', keyFile])
  const publicKey = readFileSync(`${keyFile}.pub`, 'utf8')
  writeFileSync(file, 'abc  callgate\n')
  const verify = (signers = `callgate ${publicKey}`) => {
    writeFileSync(join(directory.path, 'allowed_signers'), signers)
    const command =
      'ssh-keygen -Y verify -f allowed_signers -I callgate -n callgate-release -s SHA256SUMS.sig'
    return Bun.spawnSync(command.split(' '), { cwd: directory.path, stdin: Bun.file(file) }).exitCode
  }
  return { ...directory, keyFile, file, publicKey, verify }
}

test('checksums signed with the documented key are verified as documented, and changed ones are not', () => {
  using place = withKey()
  using other = withKey()
  expect(sign(place.file, place.keyFile, `Key: ${place.publicKey}`)).toBe(`${place.file}.sig`)
  expect(place.verify()).toBe(0)
  expect(place.verify(`callgate ${other.publicKey}`)).not.toBe(0)
  appendFileSync(place.file, 'def  other\n')
  expect(place.verify()).not.toBe(0)
})

test('a key that is not documented signs nothing', () => {
  using place = withKey()
  using other = withKey()
  for (const documentation of ['', other.publicKey, undefined])
    expect(() => sign(place.file, place.keyFile, documentation)).toThrow('is not in SECURITY.md')
})

test('the page about installing gives that command', () => {
  expect(readFileSync(join(import.meta.dir, '../../src/docs/install.md'), 'utf8')).toContain(
    'ssh-keygen -Y verify -f allowed_signers -I callgate -n callgate-release -s SHA256SUMS.sig < SHA256SUMS',
  )
})
