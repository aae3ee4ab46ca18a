import { mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { version } from '../package.json'
import { packClient } from '../src/http/client-package/pack.ts'

/** The machines that a release is for, as `callgate version` names them. */
export const targets = [
  'linux-x64',
  'linux-arm64',
  'linux-x64-musl',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'windows-x64',
]

export const fileNameOf = (target: string) =>
  `callgate-${version}-${target}${target.startsWith('windows') ? '.exe' : ''}`

export const clientFileName = `callgate-client-${version}.tgz`

/**
 * Builds an executable for each target into an emptied directory, with the client library and a file of checksums as
 * `sha256sum` reads it. Bun takes the runtimes of other machines from the package registry, once. Throws when one does
 * not build.
 */
export const release = async (chosen: string[], directory: string) => {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const files = chosen.map((target) => build(target, directory))
  const library = join(directory, clientFileName)
  await Bun.write(library, Buffer.from(await packClient(), 'base64'))
  const sums = await Promise.all(
    [...files, library].map(async (file) => `${await sha256Of(file)}  ${basename(file)}\n`),
  )
  await Bun.write(join(directory, 'SHA256SUMS'), sums.join(''))
  return files
}

const root = join(import.meta.dir, '..')

/** The build of package.json, for one target. */
const build = (target: string, directory: string) => {
  const file = join(directory, fileNameOf(target))
  const command = ['bun', 'run', 'build', `--target=bun-${target}`, `--outfile=${file}`]
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd: root, stdout: 'ignore', stderr: 'pipe' })
  if (exitCode !== 0) throw new Error(`${target} does not build: ${stderr}`)
  // The executable holds its own source map.
  rmSync(`${file}.map`, { force: true })
  return file
}

const sha256Of = async (file: string) => {
  const hash = new Bun.CryptoHasher('sha256')
  for await (const chunk of Bun.file(file).stream()) hash.update(chunk)
  return hash.digest('hex')
}

/** Usage: bun run release [target…] */
const main = async (named: string[]) => {
  const unknown = named.filter((target) => !targets.includes(target))
  if (unknown.length > 0)
    throw new Error(`No such target: ${unknown.join(', ')}. There are ${targets.join(', ')}.`)
  const files = await release(named.length > 0 ? named : targets, join(root, 'dist/release'))
  for (const file of files)
    process.stdout.write(`${(Bun.file(file).size / 1e6).toFixed(1).padStart(6)} MB  ${basename(file)}\n`)
}

if (import.meta.main) await main(Bun.argv.slice(2))
