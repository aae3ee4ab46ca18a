import { join } from 'node:path'

export const docsDirectory = join(import.meta.dir, '../../src/docs')

export const pageText = (name: string) => Bun.file(join(docsDirectory, `${name}.md`)).text()

/** The fenced blocks of a page in a language, in their order. */
export const blocksOf = async (name: string, language: string) => {
  const text = await pageText(name)
  return [...text.matchAll(/^```(\w+)\n(.*?)^```$/gms)]
    .filter(([, tag]) => tag === language)
    .map(([, , code = '']) => code)
}
