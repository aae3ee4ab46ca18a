import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Glob } from 'bun'
import type { Fault } from '../planted/fault.ts'

export const root = join(import.meta.dir, '../../..')

const filesLike = (pattern: string) => [...new Glob(pattern).scanSync(root)].toSorted()

const read = (file: string) => readFileSync(join(root, file), 'utf8')

/** The source of the program: each file’s text by its path. */
export const readSource = (): ReadonlyMap<string, string> =>
  new Map(filesLike('src/**/*.{ts,tsx}').map((file) => [file, read(file)]))

/** All tests but those of the executable, which was made of the sound tree, and these. */
export const everyTest = () =>
  filesLike('test/**/*.test.ts').filter(
    (file) => !/^test\/(binary|browser|faults)\//.test(file) && !/\/binary\.ts'/.test(read(file)),
  )

/** Which of these tests have to notice a fault. Throws where one is gone. */
export const testsFor = (
  { title, noticedBy }: Pick<Fault, 'title' | 'noticedBy'>,
  tests: readonly string[],
) =>
  noticedBy.flatMap((name) => {
    const files = tests.filter((file) => file.endsWith(`/${name}.test.ts`))
    if (files.length === 0) throw new Error(`fault "${title}": no test found called ${name}.test.ts`)
    return files
  })
