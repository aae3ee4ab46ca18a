import { expect, mock, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'

interface Document {
  servers: { url: string }[]
  tags: { name: string }[]
  paths: Record<string, Record<string, { tags: string[]; operationId: string }>>
}

const publicUrl = 'https://calls.example.com'
const documentOf = async () =>
  (await (await createGate({ publicUrl }).request('/openapi.json')).json()) as Document

test('names the server by its public address, and groups everything', async () => {
  const { servers, tags, paths } = await documentOf()
  expect(servers).toEqual([{ url: publicUrl }])
  const used = Object.values(paths).flatMap((methods) => Object.values(methods).flatMap((one) => one.tags))
  expect(new Set(used)).toEqual(new Set(tags.map(({ name }) => name)))
  expect(Object.keys(paths)).toEqual(
    expect.arrayContaining(['/api/admin/v1/key.rotate', '/leaks', '/hooks/{provider}/{account}']),
  )
})

test('is less than half a megabyte: what is the same everywhere is there once', async () => {
  const response = await createGate().request('/openapi.json')
  expect((await response.text()).length).toBeLessThan(512 * 1024)
})

test('imports into Postman, a folder for each group', async () => {
  const document = await documentOf()
  const { default: converter } = await import('openapi-to-postmanv2')
  const collection = await new Promise<Collection>((resolve, reject) =>
    converter.convertV2({ type: 'json', data: document }, { folderStrategy: 'Tags' }, (error, converted) => {
      const data = (converted as Converted | undefined)?.output?.[0]?.data
      if (data) resolve(data)
      else reject(new Error(error?.message ?? converted?.reason))
    }),
  )
  const { item: folders, variable } = collection
  expect(variable).toContainEqual(expect.objectContaining({ key: 'baseUrl', value: publicUrl }))
  const paths = Object.keys(document.paths).length
  expect(folders.flatMap(({ item }) => item)).toHaveLength(paths)
  expect(folders.find(({ name }) => name === 'Calls')?.item.map(({ name }) => name)).toContain(
    'Trigger a call',
  )
}, 30_000)

interface Collection {
  item: { name: string; item: { name: string }[] }[]
  variable: { key: string; value: string }[]
}
interface Converted {
  output?: { data: Collection }[]
}

test('makes types for TypeScript that know every operation and its failures', async () => {
  // openapi-typescript builds its output with the compiler's JavaScript API, which TypeScript 7 no longer has.
  await mock.module('typescript', () => import('typescript-5'))
  const { default: openapiTs, astToString } = await import('openapi-typescript')
  const document = await documentOf()
  const types = astToString(await openapiTs(JSON.stringify(document)))
  const ids = Object.values(document.paths).flatMap((methods) =>
    Object.values(methods).map(({ operationId }) => operationId),
  )
  const missing = ids.filter((id) => !types.includes(`operations["${id}"]`))
  expect(missing).toEqual([])
  expect(types.includes('| "invalid_phone_number"')).toBe(true)
}, 30_000)
