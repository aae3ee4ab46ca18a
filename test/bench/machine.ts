import { cpus, loadavg, release, totalmem } from 'node:os'
import { packages } from './packages.ts'

/** What the figures hold for. */
export const describeMachine = (directory: string) => {
  const [model] = cpus()
  return {
    cores: cpus().length,
    processor: model?.model.trim() ?? 'unknown',
    memoryMb: Math.round(totalmem() / 2 ** 20),
    kernel: release(),
    fileSystem: printed('stat', '--file-system', '--format=%T', directory),
    /** Above a few tenths, others were at work and the figures are worth little. */
    loadBefore: Number(loadavg()[0]?.toFixed(2)),
  }
}

export const describeVersions = (executable: string) => ({
  callgate: printed(executable, 'version'),
  commit: printed('git', 'describe', '--always', '--dirty'),
  bun: Bun.version,
  wrk: versionIn(printed('wrk', '-v')),
  haproxy: versionIn(printed('haproxy', '-v')),
  nginx: versionIn(printed('nginx', '-v')),
  node: versionIn(printed('node', '--version')),
  ...packages,
})

/** What a program prints; some tell their version as a complaint. */
const printed = (program: string, ...args: string[]) => {
  if (Bun.which(program) === null) return ''
  const { stdout, stderr } = Bun.spawnSync([program, ...args], { stdout: 'pipe', stderr: 'pipe' })
  return `${stdout.toString()}${stderr.toString()}`.trim()
}

const versionIn = (text: string, pattern = /\d+(?:\.\d+)+\S*/) => pattern.exec(text)?.[0] ?? 'not installed'
