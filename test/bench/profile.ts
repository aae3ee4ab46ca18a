import { mkdirSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { cases } from './cases.ts'
import { Ground } from './ground.ts'
import { runLoad } from './load.ts'

/** Usage: bun test/bench/profile.ts NAME… [DIRECTORY]. Profiles the source under the load of a case, into DIRECTORY. */
const seconds = 10
const connections = 64

const profile = async (name: string, into: string) => {
  const found = cases.find((each) => each.name === name)
  if (!found) throw new Error(`There is no case ${name}.`)
  mkdirSync(into, { recursive: true })
  const flags = ['--cpu-prof-md', `--cpu-prof-dir=${into}`, `--cpu-prof-name=${name}.md`]
  // Bun reads how to compile pages from where it is started.
  const repository = join(import.meta.dir, '../..')
  using ground = new Ground(['env', '-C', repository, process.execPath, ...flags, 'src/main.ts', 'serve'])
  using room = ground.room()
  await using server = await found.start(ground, room.path)
  const cpuBefore = server.cpuMs()
  const { requests } = await runLoad(server.url, found.load(ground), connections, seconds, ground.loadCore)
  const cpuUs = ((server.cpuMs() - cpuBefore) * 1000) / requests
  await server.stop()
  process.stdout.write(`${join(into, `${name}.md`)}: ${requests} requests, ${cpuUs.toFixed(1)} µs CPU each\n`)
}

const args = Bun.argv.slice(2)
const into = resolve(args.length > 1 ? (args.pop() ?? '') : '.')
for (const name of args) await profile(name, into)
