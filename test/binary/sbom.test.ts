import { expect, test } from 'bun:test'
import { sbom } from '../../.ci/sbom.ts'
import manifest from '../../package.json'

const { components, dependencies, metadata, ...rest } = sbom()

test('the bill of materials names every dependency with its version, license and checksum, and Bun', () => {
  expect(rest).toEqual({ bomFormat: 'CycloneDX', specVersion: '1.6', version: 1 })
  for (const [name, version] of Object.entries(manifest.dependencies)) {
    const found = components.find((one) => one.name === name && one.version === version)
    expect({ name, found: found?.purl }).toEqual({
      name,
      found: `pkg:npm/${name.replace('@', '%40')}@${version}`,
    })
  }
  for (const { type, licenses, hashes } of components) {
    expect(licenses).toHaveLength(1)
    if (type === 'library') expect(hashes?.[0]?.content).toMatch(/^[\da-f]{128}$/)
  }
  expect(components).toContainEqual(
    expect.objectContaining({ name: 'bun', version: manifest.packageManager.replace('bun@', '') }),
  )
})

test('it holds the dependencies of dependencies, once each, and no development dependency', () => {
  const refs = components.map((one) => one['bom-ref'])
  expect(refs).toEqual([...new Set(refs)])
  expect(components.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['memoirist', '@stablelib/base64']),
  )
  const names = new Set(components.map(({ name }) => name))
  for (const name of ['drizzle-kit', 'oxlint', 'playwright-core', 'typescript'])
    expect(names).not.toContain(name)
  // All that is referred to is there, and all that is there is needed by something.
  const needed = new Set(dependencies.flatMap(({ dependsOn }) => dependsOn))
  expect(needed).toEqual(new Set(refs))
  expect(dependencies.map(({ ref }) => ref)).toContain(metadata.component['bom-ref'])
})
