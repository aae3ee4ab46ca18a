import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packTar } from 'modern-tar'
import { version } from '../../../package.json'

const root = join(import.meta.dir, '../../..')

/**
 * A macro: runs when the importing file is compiled. The client library as an npm package, in base64: compiled to ES
 * modules with declarations, byte for byte the same in every build of a version, as lock files demand.
 */
export const packClient = async (): Promise<string> => {
  const files = {
    'package.json': `${JSON.stringify(manifest, null, 2)}\n`,
    LICENSE: readFileSync(join(root, 'LICENSE'), 'utf8'),
    'README.md': readme,
    ...compiled(),
  }
  const entries = Object.entries(files).map(([name, body]) => ({
    header: { name: `package/${name}`, size: Buffer.byteLength(body), mtime: new Date(0), mode: 0o644 },
    body,
  }))
  return Buffer.from(Bun.gzipSync(await packTar(entries))).toString('base64')
}

const manifest = {
  name: 'callgate',
  version,
  description: 'Client library of callgate, a gateway for voice-agent calls.',
  license: 'MIT',
  type: 'module',
  sideEffects: false,
  // AbortSignal.any
  engines: { node: '>=20.3' },
  exports: { './client': { types: './client/index.d.ts', default: './client/index.js' } },
}

const readme = `# callgate/client

The typed client of a callgate server. It runs in Node 20.3 or newer, Deno and Bun, and has no dependencies.
Your server documents it at /docs/typescript.
`

const compiled = () => {
  const directory = mkdtempSync(join(tmpdir(), 'callgate-client-'))
  try {
    const compiler = [process.execPath, join(root, 'node_modules/typescript/bin/tsc')]
    const entry = join(root, 'src/client/index.ts')
    const { exitCode, stdout } = Bun.spawnSync([...compiler, ...options, '--outDir', directory, entry])
    if (exitCode !== 0) throw new Error(`the client does not compile: ${stdout}`)
    const texts = readdirSync(directory)
      .toSorted()
      .map((name) => [`client/${name}`, linked(readFileSync(join(directory, name), 'utf8'))])
    return Object.fromEntries(texts) as Record<string, string>
  } finally {
    rmSync(directory, { recursive: true })
  }
}

/** The compiler leaves the endings of imports in declarations as they are in the source. */
const linked = (text: string) => text.replaceAll(/(from '\.\/[\w-]+)\.ts'/g, "$1.js'")

const options =
  '--ignoreConfig --strict --exactOptionalPropertyTypes --verbatimModuleSyntax --declaration --rewriteRelativeImportExtensions --target es2022 --module nodenext --lib es2024,dom,dom.iterable'.split(
    ' ',
  )
