import { describe, expect, test } from 'bun:test'
import { chmodSync, existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Glob, YAML } from 'bun'
import { fileNameOf, release, targets } from '../../.ci/release.ts'
import { explainConfig, readConfig } from '../../src/config.ts'
import { executable } from '../support/binary.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { blocksOf, docsDirectory } from '../support/docs.ts'
import { freePort } from '../support/port.ts'

const root = join(import.meta.dir, '../..')
const textOf = (path: string) => Bun.file(join(root, path)).text()

/** Everything wrong with settings that a reader copies. */
const complaintsAbout = (env: Record<string, string>) => {
  readConfig(env, false)
  return explainConfig(env, false).unknown
}

const assignments = (text: string) =>
  Object.fromEntries(
    [...text.matchAll(/\b(CALLGATE_\w+)=(\S+)/g)].map(([, name = '', value = '']) => [name, value]),
  )

interface Compose {
  services: Record<'callgate' | 'caddy', { environment: Record<string, string>; command: string }>
  networks: { inside: { ipam: { config: { subnet: string }[] } } }
}

test('the compose file’s settings are known, and trust the network of its proxy alone', async () => {
  const { services, networks } = YAML.parse(await textOf('src/docs/compose.yaml')) as Compose
  const { environment } = services.callgate
  expect(complaintsAbout(environment)).toEqual([])
  expect(networks.inside.ipam.config.map(({ subnet }) => subnet)).toEqual([
    environment['CALLGATE_TRUSTED_PROXIES'] ?? '',
  ])
  expect(services.caddy.command).toEndWith(`--to callgate:${readConfig({}, false).port}`)
})

test('the settings of the unit, of its file and of the image are known', async () => {
  for (const text of [
    await textOf('src/docs/callgate.service'),
    await textOf('Dockerfile'),
    ...(await blocksOf('install', 'ini')),
  ])
    expect(complaintsAbout(assignments(text))).toEqual([])
  expect(Object.keys(assignments(await textOf('Dockerfile')))).toContain('CALLGATE_HOST')
})

test('an image is made of the files of a release for its machines, and of nothing else', async () => {
  const given = (await textOf('.dockerignore')).split('\n').filter((line) => line.startsWith('!'))
  const globs = given.map((line) => new Glob(line.slice('!dist/release/'.length)))
  const sent = ['SHA256SUMS', ...targets.map(fileNameOf)].filter((name) =>
    globs.some((glob) => glob.match(name)),
  )
  expect(sent).toEqual(['SHA256SUMS', fileNameOf('linux-x64'), fileNameOf('linux-arm64')])
})

describe.if(Bun.which('systemd-analyze') !== null)('the unit', () => {
  test('is one that systemd takes without a word', async () => {
    using directory = temporaryDirectory()
    const unit = join(directory.path, 'callgate.service')
    const text = await textOf('src/docs/callgate.service')
    await Bun.write(unit, text.replace('/usr/local/bin/callgate', executable))
    const { exitCode, stderr } = Bun.spawnSync(['systemd-analyze', 'verify', unit], { stderr: 'pipe' })
    expect({ exitCode, said: stderr.toString() }).toEqual({ exitCode: 0, said: '' })
  })
})

/** Stands for the programs that need a whole machine, so that all others run as they are, in a directory for its root. */
const machine = {
  sudo: `
    [ "$1" = -u ] && shift 2
    words=()
    for word; do words+=("$(sed "s#/etc/\\|/usr/local\\|/var/lib#$ROOT&#" <<< "$word")"); done
    exec env "\${words[@]}"`,
  useradd: 'mkdir -p "$ROOT/etc/systemd/system" "$ROOT/usr/local/bin"',
  userdel: '',
  systemctl: `
    start() {
      set -a
      . <(sed -n 's/^Environment=//p' "$ROOT/etc/systemd/system/callgate.service" | sed "s#/var/lib#$ROOT&#")
      "$ROOT/usr/local/bin/callgate" serve >> "$ROOT/log" 2>&1 &
      echo $! > "$ROOT/pid"
      until callgate healthcheck > "$ROOT/health" 2>&1; do kill -0 $!; done
    }
    stop() {
      kill "$(cat "$ROOT/pid")"
      while grep -qs '^State:.[^Z]' "/proc/$(cat "$ROOT/pid")/status"; do sleep 0.02; done
    }
    case $1 in enable) start ;; restart) stop; start ;; disable) stop ;; esac`,
}

const linux = describe.if(process.platform === 'linux' && process.arch === 'x64')

linux('the commands for a service', () => {
  test('lead from a checked file to a server that is well, to its next version, and leave nothing', async () => {
    using directory = temporaryDirectory()
    const at = (path: string) => join(directory.path, path)
    await release(['linux-x64'], at('download'))
    await Bun.write(at('download/callgate.service'), Bun.file(join(docsDirectory, 'callgate.service')))
    for (const [name, script] of Object.entries(machine)) {
      await Bun.write(at(`bin/${name}`), `#!/bin/bash\nset -eu\n${script}\n`)
      chmodSync(at(`bin/${name}`), 0o755)
    }
    await Bun.write(at('usr/local/bin/.keep'), '')
    const blocks = await blocksOf('install', 'sh')
    const shell = Bun.spawn(['bash', '-euo', 'pipefail', '-c', blocks.join('\n')], {
      cwd: at('download'),
      env: {
        PATH: `${at('bin')}:${at('usr/local/bin')}:${process.env['PATH']}`,
        ROOT: directory.path,
        CALLGATE_PORT: String(freePort()),
      },
      stdout: 'pipe',
      stderr: 'pipe',
    })
    const [out, err] = await Promise.all([
      new Response(shell.stdout).text(),
      new Response(shell.stderr).text(),
    ])
    expect({ code: await shell.exited, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain(`${fileNameOf('linux-x64')}: OK`)
    expect(out).toContain('/admin/setup/open#')
    expect(out).toContain('running and ready at')
    expect(out).not.toMatch(/\bfail\b/)
    expect(out).toContain('Backed up to')
    for (const path of ['var/lib/callgate', 'etc/callgate', 'usr/local/bin/callgate'])
      expect({ path, there: existsSync(at(path)) }).toEqual({ path, there: false })
    expect(readdirSync(at('etc/systemd/system'))).toEqual([])
  }, 60_000)
})
