import { rmSync } from 'node:fs'
import { defineCommand } from 'citty'
import { CommandError } from '../failures.ts'
import type { BackupSummary } from '../data-dir/data-dir.ts'
import { DataDir } from '../data-dir/data-dir.ts'
import { configOf, existingDataDir, type Io, json, print, readableBytes, withProgress } from './io.ts'

const file = (description: string) => ({ file: { type: 'positional', required: true, description } }) as const

export const backup = (io: Io) =>
  defineCommand({
    meta: { name: 'backup', description: 'Back up the database to a new file, even while the server runs' },
    args: { ...file('The file to create, or - for standard output'), ...json },
    run: async ({ args }) => {
      const dataDir = existingDataDir(io)
      if (args.file === '-') return await pipeOn(io, dataDir, args.json)
      const summary = withProgress(io, (progress) => dataDir.backUp(args.file, progress))
      tell(io, args.json, dataDir, args.file, summary)
    },
  })

export const restoring = (io: Io) =>
  defineCommand({
    meta: { name: 'restore', description: 'Restore a backup into an empty data directory' },
    args: { ...file('The backup, or - for standard input'), ...json },
    run: async ({ args }) => {
      const dataDir = new DataDir(configOf(io))
      // Fails before reading anything where the directory has a database already.
      using piped = args.file === '-' && !dataDir.exists ? await receive(io, dataDir) : undefined
      const { sizeBytes, calls, agencies, sealed, isVerified } = withProgress(io, (progress) =>
        dataDir.restore(piped?.path ?? args.file, progress),
      )
      const counts = { size_bytes: sizeBytes, agencies, calls }
      const result = { data_dir: dataDir.path, ...counts, checked: true, verified: isVerified }
      const secret = dataDir.secretFile ?? 'CALLGATE_SECRET'
      const sentences = [
        `Restored into ${dataDir.path} and checked: agencies ${agencies}, calls ${calls}.`,
        isVerified ? verified : unverified(secret),
        'All sessions, invitations, setup and password links in it have ended: sign in again.',
      ]
      if (sealed && !isVerified)
        sentences.push(
          `It contains encrypted credentials. Before you start the server, restore ${secret} from the original server.`,
        )
      sentences.push('Then run: callgate doctor')
      print(io, args.json, result, sentences.join('\n'))
    },
  })

const verified = 'Verified: nobody has changed the backup since it was made.'
const unverified = (secret: string) =>
  `Whether somebody has changed the backup cannot be verified here: it was not made by callgate backup of this version, or its secret is not here. To verify a backup, put its secret in place as ${secret} before you restore it.`

/** Describes a finished copy, and warns of what it lacks. */
const tell = (
  io: Io,
  asJson: boolean | undefined,
  dataDir: DataDir,
  name: string,
  { sizeBytes, calls, agencies }: BackupSummary,
) => {
  const result = { file: name, size_bytes: sizeBytes, agencies, calls, checked: true }
  const secret = dataDir.secretFile ?? 'CALLGATE_SECRET'
  const sentences = [
    `Backed up to ${name === '-' ? 'standard output' : name} and checked: agencies ${agencies}, calls ${calls}, ${readableBytes(sizeBytes)}.`,
    `The secret is not in the backup. Keep ${secret} in a different place: it decrypts the credentials in the backup.`,
  ]
  print(io, asJson, result, sentences.join('\n'))
}

/** Prints a checked copy. It is made in the data directory, and removed from there afterwards. */
const pipeOn = async (io: Io, dataDir: DataDir, asJson: boolean | undefined) => {
  if (io.isTerminal || !io.outFile)
    throw new CommandError(
      'A backup can’t be written to a terminal. Redirect it: callgate backup - > callgate-monday.db',
    )
  const path = dataDir.aside('backup')
  try {
    const summary = withProgress(io, (progress) => dataDir.backUp(path, progress))
    await io.outFile(path)
    tell({ ...io, out: io.err }, asJson, dataDir, '-', summary)
  } finally {
    rmSync(path, { force: true })
  }
}

/** Writes standard input to a temporary file of the data directory, which the caller's `using` block removes. */
const receive = async (io: Io, dataDir: DataDir) => {
  if (!io.input) throw new CommandError('The input is empty.')
  const path = dataDir.aside('restore')
  const remove = () => rmSync(path, { force: true })
  try {
    const sink = Bun.file(path).writer()
    for await (const piece of io.input()) {
      sink.write(piece)
      await sink.flush()
    }
    await sink.end()
  } catch (error) {
    remove()
    throw dataDir.refusal(error)
  }
  return { path, [Symbol.dispose]: remove }
}
