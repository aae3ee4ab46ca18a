import { expect, test } from 'bun:test'
import { dirname, join } from 'node:path'
import { Glob } from 'bun'

interface Rule {
  /** The files it speaks of. */
  of: RegExp
  /** What of ours they may import: nothing else. */
  only?: RegExp
  /** What of ours they never import. */
  never?: RegExp
  packages?: RegExp
}

const storageLibraries = /^(drizzle-orm|bun:sqlite)/
const web = /^(elysia|@elysiajs\/)/
const webOrStorage = new RegExp(`${web.source}|${storageLibraries.source}`)
const outer = /^(http|storage|data-dir|telemetry|cli|server|docs|wiring)\/|^(app|wiring|main)\./

/** The table of the design: a file obeys every rule that speaks of it. */
const rules: Record<string, Rule> = {
  'the core imports nothing of ours but itself and the failures': {
    of: /^(limits\/(?!journal)|keys\/token\.|calls\/(call|call-details|advance|bounds)\.|failures\.)/,
    only: /^(failures|calls\/(call|call-details|bounds|phone-number))\./,
    packages: /./,
  },
  'the fences are pure: they know an order, counters and the time': {
    of: /^policy\/(?!operations\/)/,
    only: /^(policy\/|(failures|work)\.)/,
    packages: /^(elysia|drizzle-orm|bun:)/,
  },
  'the domain imports nothing of the outside': {
    of: /^(agencies|policy|people|keys|limits|calls|do-not-call|providers|webhooks|alarms|alerts|predial|usage|outgoing|operation|audit)\/|^(operations|audit|commit|names|work)\./,
    never: outer,
    packages: webOrStorage,
  },
  'the way out knows nobody of ours, and of the packages only who reads addresses': {
    of: /^outgoing\//,
    only: /^outgoing\//,
    packages: /^(?!node:|ipaddr\.js$)/,
  },
  'storage knows the domain and not who asks': {
    of: /^storage\//,
    never: /^(http|cli|server|telemetry|docs|wiring)\/|^(app|wiring|main)\./,
    packages: web,
  },
  'http and the commands know nothing of storage': { of: /^(http|cli)\//, never: /^storage\// },
  'http opens no data directory': { of: /^http\//, never: /^data-dir\// },
  'the data directory knows its database and not who opens it': {
    of: /^data-dir\//,
    never: /^(http|cli|server|telemetry|docs|wiring)\/|^(app|wiring|main)\./,
    packages: web,
  },
  'http is handed what it declares, and does not know from where': {
    of: /^http\//,
    never: /^wiring[./]|^app\./,
  },
  'the wiring is known to the app, to the server, and to the command that works in its own process': {
    of: /^(?!wiring[./]|app\.|server\/|cli\/operation\/local\.)/,
    never: /^wiring[./]/,
  },
  'http knows nothing of the commands': { of: /^http\//, never: /^cli\// },
  'the commands know nothing of http': { of: /^cli\//, never: /^http\// },
  'the outside leaves SQL to storage, but for the lock of the data directory, which is a database’s': {
    of: /^(?!storage\/|data-dir\/lock\.)/,
    packages: storageLibraries,
  },
  'elysia stays in app.ts, server and http': { of: /^(?!http\/|app\.|server\/)/, packages: web },
  'the client can be taken out and used anywhere': { of: /^client\//, only: /^client\//, packages: /./ },
  'telemetry knows nobody but the clock and the configuration': {
    of: /^telemetry\//,
    only: /^(telemetry\/|(clock|config|failures|visible|work)\.)/,
  },
}

const source = join(import.meta.dir, '../src')
const files = await Promise.all(
  [...new Glob('**/*.{ts,tsx}').scanSync(source)].toSorted().map(async (path) => {
    const text = await Bun.file(join(source, path)).text()
    return { path, text, imports: importsOf(path, text) }
  }),
)

/** What a file imports, types too: our own files by their path in src, packages by their name. */
function importsOf(path: string, text: string) {
  const statements = text.matchAll(
    /^\s*(?:import|export)\b[^'"`;]*?from\s*'([^']+)'|\bimport\s*\(?\s*'([^']+)'/gm,
  )
  return [...statements].map(([, from, bare]) => {
    const name = from ?? bare ?? ''
    return name.startsWith('.') ? { ours: join(dirname(path), name) } : { package: name }
  })
}

test.each(Object.entries(rules))('%s', (_name, { of, only, never, packages }) => {
  const spokenOf = files.filter(({ path }) => of.test(path))
  expect(spokenOf).not.toBeEmpty()
  const offences = spokenOf.flatMap(({ path, imports }) =>
    imports
      .filter((one) =>
        one.ours === undefined
          ? packages?.test(one.package)
          : never?.test(one.ours) || (only && !only.test(one.ours)),
      )
      .map((one) => `${path} imports ${one.ours ?? one.package}`),
  )
  expect(offences).toEqual([])
})

test('only config.ts knows the environment, which main.ts hands to it', () => {
  // What is in docs/ are examples: programs of their own.
  const ours = files.filter(({ path }) => !path.startsWith('docs/'))
  const readers = ours.filter(({ text }) => /process\.env|Bun\.env|import\.meta\.env/.test(text))
  expect(readers.map(({ path }) => path)).toEqual(['config.ts', 'main.ts'])
})

test('requests go out through the guard alone', () => {
  // The health check asks this very server, at the address in its own configuration, and a command the one that its
  // user names; the client runs somewhere else.
  const senders = files.filter(
    ({ path, text }) => !/^(?:docs|client)\//.test(path) && /\bfetch\(|from 'node:https'/.test(text),
  )
  expect(senders.map(({ path }) => path)).toEqual([
    'cli/healthcheck.ts',
    'cli/operation/remote.ts',
    'outgoing/dial.ts',
  ])
})

test('no file leads back to itself by imports, of types either', () => {
  const importsOfFile = new Map(
    files.map(({ path, imports }) => [path, imports.flatMap(({ ours }) => ours ?? [])]),
  )
  const done = new Set<string>()
  const cycles: string[] = []
  const walk = (path: string, way: string[]) => {
    if (way.includes(path)) return cycles.push([...way.slice(way.indexOf(path)), path].join(' → '))
    if (done.has(path)) return 0
    for (const next of importsOfFile.get(path) ?? []) walk(next, [...way, path])
    return done.add(path).size
  }
  for (const { path } of files) walk(path, [])
  expect(cycles).toEqual([])
})

test('imports are really found', () => {
  const imports = files.find(({ path }) => path === 'storage/keys.ts')?.imports
  expect(imports).toContainEqual({ package: 'drizzle-orm' })
  expect(imports).toContainEqual({ ours: 'keys/keyring.ts' })
  expect(files.flatMap((file) => file.imports).length).toBeGreaterThan(100)
})
