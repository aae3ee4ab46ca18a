import { expect, test } from 'bun:test'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { clientFileName, fileNameOf, release, sbomFileName, targets } from '../../.ci/release.ts'
import { version } from '../../package.json'
import { executable } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { pageText } from '../support/docs.ts'

interface About {
  version: string
  commit: string | null
  target: string
  bun: string
}

const about = async (program: string, env: Record<string, string> = {}) => {
  const child = Bun.spawn([program, 'version', '--json'], { env, stdout: 'pipe' })
  return JSON.parse(await new Response(child.stdout).text()) as About
}

test('a release is for every machine that the page about installing names', async () => {
  const rows = [...(await pageText('install')).matchAll(/^\| `callgate-VERSION-([\w.-]+)` /gm)]
  expect(rows.map(([, name]) => name)).toEqual(
    targets.map((target) => fileNameOf(target).replace(`callgate-${version}-`, '')),
  )
})

test('a released executable has its name, its checksum, and says the same of itself', async () => {
  using directory = temporaryDirectory()
  const { target } = await about(executable)
  expect(targets).toContain(target)
  const [file = ''] = await release([target], directory.path)
  expect(readdirSync(directory.path).toSorted()).toEqual(
    ['SHA256SUMS', fileNameOf(target), clientFileName, sbomFileName].toSorted(),
  )
  expect(await about(file)).toMatchObject({ version, target, bun: Bun.version })
  const sumOf = async (name: string) => {
    const bytes = await Bun.file(join(directory.path, name)).bytes()
    return `${Bun.SHA256.hash(bytes, 'hex')}  ${name}\n`
  }
  expect(await Bun.file(join(directory.path, 'SHA256SUMS')).text()).toBe(
    (await Promise.all([fileNameOf(target), clientFileName, sbomFileName].map(sumOf))).join(''),
  )
}, 60_000)

test('the version knows its commit where there is neither git nor a repository', async () => {
  const isClone = existsSync(join(import.meta.dir, '../../.git'))
  const { commit } = await about(executable, { PATH: '' })
  if (isClone) expect(commit).toMatch(/^[0-9a-f]{40}(-dirty)?$/)
  else expect(commit).toBeNull()
})
