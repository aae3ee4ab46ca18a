import { copyFileSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from '../support/port.ts'
import { answer } from './answer.ts'
import { type Case, keysInTurn, usualConnections, withKeys } from './case.ts'
import type { Ground } from './ground.ts'
import { installPackages } from './packages.ts'

interface Peer {
  name: string
  says: string
  /** The program that has to be there, and the word on how it comes there. */
  needs: { program: string; install: string }
  /** How the keys are written down for it. */
  keyLine(token: string, at: number): string
  command(settings: Settings): string[]
}

interface Settings {
  room: string
  port: number
  keys: string
  limit: number
}

const folder = join(import.meta.dir, 'peers')

const debian = (program: string, packageName = program) => ({
  program,
  install: `apt-get install -y --no-install-recommends ${packageName}`,
})

/** Fills in what is between double braces, and gives the path of the result. */
const fill = (name: string, { room, ...values }: Settings & Record<string, string | number>) => {
  const path = join(room, name)
  const text = readFileSync(join(folder, name), 'utf8')
  const all: Record<string, string | number> = { ...values, answer, directory: room }
  writeFileSync(
    path,
    text.replaceAll(/\{\{(\w+)\}\}/g, (_, key: string) => String(all[key])),
  )
  return path
}

/** A script beside the packages that it imports. */
const script = (name: string, { room, port, keys, limit }: Settings) => {
  const packages = installPackages()
  copyFileSync(join(folder, name), join(room, name))
  writeFileSync(join(room, 'package.json'), '{"type":"module"}')
  symlinkSync(join(packages, 'node_modules'), join(room, 'node_modules'))
  return [join(room, name), String(port), keys, String(limit), answer]
}

const list: Peer[] = [
  {
    name: 'haproxy',
    says: 'HAProxy: map + stick table',
    needs: debian('haproxy'),
    keyLine: (token, at) => `${token} ${at + 1}`,
    command: (settings) => ['haproxy', '-db', '-q', '-f', fill('haproxy.cfg', { ...settings })],
  },
  {
    name: 'nginx',
    says: 'nginx: map + limit_req',
    needs: debian('nginx', 'nginx-light'),
    keyLine: (token, at) => `"Bearer ${token}" ${at + 1};`,
    // Told the whole minute's number as a burst, it is as lenient as the others.
    command: (settings) => {
      const burst = settings.limit > 1 ? ` burst=${settings.limit} nodelay` : ''
      return ['nginx', '-e', 'stderr', '-c', fill('nginx.conf', { ...settings, burst })]
    },
  },
  {
    name: 'fastify',
    says: 'Fastify + @fastify/rate-limit (Node)',
    needs: { program: 'node', install: 'see nodejs.org' },
    keyLine: (token) => token,
    command: (settings) => ['node', ...script('fastify.js', settings)],
  },
  {
    name: 'elysia',
    says: 'Elysia + elysia-rate-limit (Bun)',
    needs: { program: 'bun', install: 'see bun.sh' },
    keyLine: (token) => token,
    command: (settings) => [process.execPath, ...script('elysia.js', settings)],
  },
  {
    name: 'better-auth',
    says: 'better-auth API keys on SQLite (Bun)',
    needs: { program: 'bun', install: 'see bun.sh' },
    keyLine: (token) => token,
    command: (settings) => [process.execPath, ...script('better-auth.js', settings)],
  },
]

const caseOf = (peer: Peer, limit: number): Case => ({
  name: limit === 1 ? `${peer.name}-limited` : peer.name,
  says: limit === 1 ? `${peer.says}, 429` : peer.says,
  load: (ground) => ({ method: 'GET', path: '/api/v1/key', headers: withKeys(ground, keysInTurn) }),
  start: (ground, room) => start(peer, limit, ground, room),
  expects: limit === 1 ? 429 : 200,
  floor: 'floor',
  connections: usualConnections,
  isSpent: limit === 1,
  isQuick: limit > 1 && ['haproxy', 'elysia'].includes(peer.name),
  missing: () => (Bun.which(peer.needs.program) ? undefined : `not installed here (${peer.needs.install})`),
})

const start = (peer: Peer, limit: number, ground: Ground, room: string) => {
  const port = freePort()
  const keys = join(room, 'keys.txt')
  const { tokens } = ground.seeded(keysInTurn)
  writeFileSync(keys, `${tokens.map((token, at) => peer.keyLine(token, at)).join('\n')}\n`)
  return ground.start(room, peer.name, peer.command({ room, port, keys, limit }), port)
}

/** Those that do the same admission, granted and refused. */
export const peers: Case[] = list.flatMap((peer) => [caseOf(peer, 1_000_000), caseOf(peer, 1)])
