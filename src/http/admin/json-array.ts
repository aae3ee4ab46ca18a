import { textStream } from './text-stream.ts'

export const jsonHeaders = (name: string) => ({
  'content-type': 'application/json; charset=utf-8',
  'content-disposition': `attachment; filename="${name}.json"`,
})

/** Streams a JSON array, a line for each object, which come in parts. */
export const jsonBody = (parts: AsyncIterable<readonly object[]>) => textStream(arrayOf(parts))

async function* arrayOf(parts: AsyncIterable<readonly object[]>) {
  let before = '[\n'
  for await (const part of parts) {
    if (part.length === 0) continue
    yield before + part.map((each) => JSON.stringify(each)).join(',\n')
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}
