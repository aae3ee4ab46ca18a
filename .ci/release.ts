import { mkdirSync, rmSync } from 'node:fs'
import { basename, join } from 'node:path'
import { parseArgs } from 'node:util'
import { version } from '../package.json'
import { packClient } from '../src/http/client-package/pack.ts'
import { sbom } from './sbom.ts'
import { sign } from './sign.ts'

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

export const sbomFileName = `callgate-${version}.cdx.json`
export const clientFileName = `callgate-client-${version}.tgz`

/**
 * Builds an executable for each target into an emptied directory, with the client library, the bill of materials and a
 * file of checksums as `sha256sum` reads it, signed where a key is given. Bun takes the runtimes of other machines from
 * the package registry, once. Throws when one does not build.
 */
export const release = async (chosen: string[], directory: string, keyFile?: string) => {
  rmSync(directory, { recursive: true, force: true })
  mkdirSync(directory, { recursive: true })
  const files = chosen.map((target) => build(target, directory))
  const library = join(directory, clientFileName)
  await Bun.write(library, Buffer.from(await packClient(), 'base64'))
  const materials = join(directory, sbomFileName)
  await Bun.write(materials, `${JSON.stringify(sbom(), null, 2)}\n`)
  const sums = await Promise.all(
    [...files, library, materials].map(async (file) => `${await sha256Of(file)}  ${basename(file)}\n`),
  )
  const checksums = join(directory, 'SHA256SUMS')
  await Bun.write(checksums, sums.join(''))
  if (keyFile !== undefined) sign(checksums, keyFile)
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

/** Usage: bun run release [--key FILE] [target…] */
const main = async (args: string[]) => {
  const { values, positionals: named } = parseArgs({
    args,
    options: { key: { type: 'string' } },
    allowPositionals: true,
  })
  const unknown = named.filter((target) => !targets.includes(target))
  if (unknown.length > 0)
    throw new Error(`No such target: ${unknown.join(', ')}. There are ${targets.join(', ')}.`)
  const files = await release(named.length > 0 ? named : targets, join(root, 'dist/release'), values.key)
  for (const file of files)
    process.stdout.write(`${(Bun.file(file).size / 1e6).toFixed(1).padStart(6)} MB  ${basename(file)}\n`)
}

if (import.meta.main) await main(Bun.argv.slice(2))
