import { defineCommand } from 'citty'
import { version as number } from '../../package.json'
import { readCommit } from './commit.ts' with { type: 'macro' }
import { type Io, json, print } from './io.ts'

const commit = readCommit()

export const version = (io: Io) =>
  defineCommand({
    meta: {
      name: 'version',
      description: 'Print the version; with --json also what it was built from and for',
    },
    args: json,
    run: ({ args }) =>
      print(io, args.json, { version: number, commit, target: targetOf(process), bun: Bun.version }, number),
  })

interface Machine {
  platform: string
  arch: string
  report: { getReport(): object }
}

/** The platform of this executable, as the files of a release are named. */
const targetOf = ({ platform, arch, report }: Machine) => {
  if (platform === 'win32') return `windows-${arch}`
  const { header } = report.getReport() as { header: { glibcVersionRuntime?: string } }
  const isMusl = platform === 'linux' && header.glibcVersionRuntime === undefined
  return `${platform}-${arch}${isMusl ? '-musl' : ''}`
}
