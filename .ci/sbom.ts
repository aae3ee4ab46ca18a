import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import lock from '../bun.lock'
import { version } from '../package.json'

const root = join(import.meta.dir, '..')

interface Component {
  type: 'library' | 'platform'
  'bom-ref': string
  name: string
  version: string
  purl: string
  licenses?: object[]
  hashes?: { alg: 'SHA-512'; content: string }[]
}

type Packages = Record<string, readonly unknown[]>

/**
 * The software bill of materials of the executable, in CycloneDX 1.6: what the lock file installs for it, all
 * dependencies of dependencies, and Bun. Development dependencies are not in the executable, and not here.
 */
export const sbom = () => {
  const packages = lock.packages as Packages
  const direct = Object.keys(lock.workspaces['']?.dependencies ?? {})
  const dependencies = new Map<string, string[]>()
  const components = new Map<string, Component>()

  /** Adds a package and what it depends on, once; returns its reference. */
  const add = (key: string): string => {
    const component = componentOf(key, packages)
    const { 'bom-ref': ref } = component
    if (components.has(ref)) return ref
    components.set(ref, component)
    dependencies.set(
      ref,
      needsOf(packages[key]).flatMap((name) => keyOf(name, key, packages).map(add)),
    )
    return ref
  }

  const own = `pkg:generic/callgate@${version}`
  dependencies.set(own, [...direct.flatMap((name) => keyOf(name, '', packages).map(add)), bun['bom-ref']])
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': own,
        name: 'callgate',
        version,
        licenses: licensesOf('MIT'),
      },
    },
    components: [...components.values(), bun].toSorted((one, other) =>
      one['bom-ref'] < other['bom-ref'] ? -1 : 1,
    ),
    dependencies: [...dependencies].map(([ref, dependsOn]) => ({ ref, dependsOn: dependsOn.toSorted() })),
  }
}

const licensesOf = (license: string) => [
  /[ ()]/.test(license) ? { expression: license } : { license: { id: license } },
]

/** The runtime that a compiled executable consists of, for the most part. */
const bun: Component = {
  type: 'platform',
  'bom-ref': `pkg:generic/bun@${Bun.version}`,
  name: 'bun',
  version: Bun.version,
  purl: `pkg:generic/bun@${Bun.version}`,
  licenses: licensesOf('MIT'),
}

/** A package of the lock file: its name with its version, where from, what it needs, and its checksum. */
const componentOf = (key: string, packages: Packages): Component => {
  const [installed, , , integrity] = packages[key] as [string, string, object, string]
  const at = installed.lastIndexOf('@')
  const name = installed.slice(0, at)
  const purl = `pkg:npm/${name.replace('@', '%40')}${installed.slice(at)}`
  const file = join(root, 'node_modules', namesIn(key).join('/node_modules/'), 'package.json')
  const { license } = JSON.parse(readFileSync(file, 'utf8')) as { license?: string }
  return {
    type: 'library',
    'bom-ref': purl,
    name,
    version: installed.slice(at + 1),
    purl,
    ...(license !== undefined && { licenses: licensesOf(license) }),
    hashes: [
      { alg: 'SHA-512', content: Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex') },
    ],
  }
}

/** A key's names: of a package, and before it of those for which alone it is installed. */
const namesIn = (key: string) => key.match(/(?:@[^/]+\/)?[^/]+/g) ?? []

const needsOf = (entry: readonly unknown[] | undefined): string[] => {
  const {
    dependencies = {},
    optionalDependencies = {},
    peerDependencies = {},
    optionalPeers = [],
  } = (entry?.[2] ?? {}) as {
    dependencies?: object
    optionalDependencies?: object
    peerDependencies?: object
    optionalPeers?: string[]
  }
  const peers = Object.keys(peerDependencies).filter((name) => !optionalPeers.includes(name))
  return [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers]
}

/** Where a package finds another, as Node resolves it: installed for it alone, for one above it, or for all. */
const keyOf = (name: string, from: string, packages: Packages): string[] => {
  const above = namesIn(from)
  for (let depth = above.length; depth >= 0; depth--) {
    const key = [...above.slice(0, depth), name].join('/')
    if (packages[key]) return [key]
  }
  return []
}
