import { existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The peers that come from the registry, to the exact version. They are none of the project's dependencies. */
export const packages = {
  fastify: '5.12.8',
  '@fastify/rate-limit': '11.2.0',
  elysia: '1.4.30',
  'elysia-rate-limit': '4.6.3',
  'better-auth': '1.7.25',
  '@better-auth/api-key': '1.7.5',
}

/** Installs them beside nothing of ours, once; gives the directory, or throws with what the installer said. */
export const installPackages = () => {
  const wanted = Object.entries(packages).map(([name, version]) => `${name}@${version}`)
  const directory = join(tmpdir(), `callgate-bench-peers-${Bun.hash(wanted.join()).toString(36)}`)
  const done = join(directory, 'installed')
  if (existsSync(done)) return directory
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ private: true, type: 'module' }))
  const command = [process.execPath, 'add', '--exact', '--ignore-scripts', ...wanted]
  const { exitCode, stderr } = Bun.spawnSync(command, { cwd: directory, stdout: 'ignore', stderr: 'pipe' })
  if (exitCode !== 0) throw new Error(`bun add: ${stderr.toString().trim().split('\n').at(-1)}`)
  writeFileSync(done, '')
  return directory
}
