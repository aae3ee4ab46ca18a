import { expect, test } from 'bun:test'
import { closeSync, fsyncSync, openSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isTaken, placeFile, syncDirectory } from '../../src/data-dir/place-file.ts'
import { temporaryDirectory } from '../support/directory.ts'

const filed = (directory: string, name: string, text: string) => {
  const file = join(directory, name)
  writeFileSync(file, text)
  return file
}

test('a finished file gets its name and loses the one it had', () => {
  using directory = temporaryDirectory()
  const name = join(directory.path, 'name')
  placeFile(filed(directory.path, 'finished', 'whole'), name)
  expect(readdirSync(directory.path)).toEqual(['name'])
  expect(readFileSync(name, 'utf8')).toBe('whole')
})

test('a finished file never takes the place of one that came to be in the meantime', () => {
  using directory = temporaryDirectory()
  const finished = filed(directory.path, 'finished', 'later')
  const name = filed(directory.path, 'name', 'first')
  let thrown: unknown
  try {
    placeFile(finished, name)
  } catch (error) {
    thrown = error
  }
  expect(isTaken(thrown)).toBe(true)
  expect([readFileSync(name, 'utf8'), readFileSync(finished, 'utf8')]).toEqual(['first', 'later'])
})

test.if(process.platform === 'linux')('a directory whose file system syncs none is no failure', () => {
  // fsync(2): EINVAL for what does not support synchronization.
  const handle = openSync('/proc', 'r')
  expect(() => fsyncSync(handle)).toThrow('EINVAL')
  closeSync(handle)
  expect(() => syncDirectory('/proc')).not.toThrow()
  expect(() => syncDirectory('/nowhere')).toThrow('ENOENT')
})
