import { lstatSync, readdirSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { CommandError } from '../../failures.ts'
import { type Find, KeySearch } from '../../keys/search.ts'
import { decode } from './decode.ts'

/** Skipped files, and the reason for people. */
export const skips = {
  binary: 'binary files',
  links: 'symbolic links',
  packages: 'node_modules directories',
  objects: 'packed git objects',
  special: 'pipes, sockets and devices',
  unreadable: 'unreadable files',
} as const

export type Skip = keyof typeof skips

export interface Scanned {
  file: string
  finds: Find[]
}

/** Yields the files below a path as they are scanned. Fails for a missing path. */
export async function* scanPath(path: string): AsyncGenerator<Scanned | { file: string; skip: Skip }> {
  for (const { file, skip } of walk(path)) {
    const scanned = skip ?? (await scanFile(file))
    yield typeof scanned === 'string' ? { file, skip: scanned } : { file, finds: scanned }
  }
}

/** Finds the keys in any stream. */
export const scanStream = async (stream: AsyncIterable<Uint8Array>): Promise<Find[]> => {
  const search = new KeySearch()
  const finds: Find[] = []
  for await (const { piece } of decode(stream)) finds.push(...search.take(piece))
  return [...finds, ...search.end()]
}

const scanFile = async (file: string): Promise<Find[] | 'binary' | 'unreadable'> => {
  try {
    const search = new KeySearch()
    const finds: Find[] = []
    for await (const { encoding, piece } of decode(Bun.file(file).stream())) {
      if (encoding === 'binary') return 'binary'
      finds.push(...search.take(piece))
    }
    return [...finds, ...search.end()]
  } catch {
    return 'unreadable'
  }
}

interface Step {
  file: string
  skip?: Skip
}

/** A link given by name is followed; links below it are not, so that no file is read twice and the walk ends. */
function* walk(path: string): Generator<Step> {
  const stats = statSync(path, { throwIfNoEntry: false })
  if (!stats) throw new CommandError(`There is nothing at ${path}.`)
  yield* stats.isDirectory() ? below(path) : visit(path, stats)
}

function* below(directory: string): Generator<Step> {
  const names = namesIn(directory)
  if (!names) return yield { file: directory, skip: 'unreadable' }
  for (const name of names) {
    const path = join(directory, name)
    const stats = lstatSync(path, { throwIfNoEntry: false })
    if (stats) yield* visit(path, stats)
  }
}

function* visit(path: string, stats: Stats): Generator<Step> {
  if (stats.isFile()) return yield { file: path }
  const skip = skipOf(path, stats)
  if (skip) return yield { file: path, skip }
  yield* below(path)
}

const skipOf = (path: string, stats: Stats): Skip | undefined => {
  if (stats.isSymbolicLink()) return 'links'
  if (!stats.isDirectory()) return 'special'
  if (basename(path) === 'node_modules') return 'packages'
  // Git's objects are compressed: `git log -p` shows committed text.
  return basename(path) === 'objects' && basename(dirname(path)) === '.git' ? 'objects' : undefined
}

const namesIn = (directory: string): string[] | undefined => {
  try {
    return readdirSync(directory).toSorted()
  } catch {
    return undefined
  }
}
