import { defineCommand } from 'citty'
import { DataDir } from '../storage/data-dir.ts'
import { configOf, existingDataDir, type Io, json, print, readableBytes, withProgress } from './io.ts'

const file = (description: string) => ({ file: { type: 'positional', required: true, description } }) as const

export const backup = (io: Io) =>
  defineCommand({
    meta: { name: 'backup', description: 'Copy the database to a new file, also while the server runs' },
    args: { ...file('The file to make'), ...json },
    run: ({ args }) => {
      const dataDir = existingDataDir(io)
      const { sizeBytes, calls, agencies } = withProgress(io, (progress) =>
        dataDir.backUp(args.file, progress),
      )
      const result = { file: args.file, size_bytes: sizeBytes, agencies, calls, checked: true }
      const secret = dataDir.secretFile ?? 'CALLGATE_SECRET'
      const sentences = [
        `Backed up to ${args.file}, and checked: agencies ${agencies}, calls ${calls}, ${readableBytes(sizeBytes)}.`,
        `The secret is not in it. Keep ${secret} too, in another place: it opens the credentials in the backup.`,
      ]
      print(io, args.json, result, sentences.join('\n'))
    },
  })

export const restoring = (io: Io) =>
  defineCommand({
    meta: { name: 'restore', description: 'Make the database of an empty data directory from a backup' },
    args: { ...file('The backup'), ...json },
    run: ({ args }) => {
      const dataDir = new DataDir(configOf(io))
      const { sizeBytes, calls, agencies, sealed } = withProgress(io, (progress) =>
        dataDir.restore(args.file, progress),
      )
      const result = { data_dir: dataDir.path, size_bytes: sizeBytes, agencies, calls, checked: true }
      const secret = dataDir.secretFile ?? 'CALLGATE_SECRET'
      const sentences = [`Restored into ${dataDir.path}, and checked: agencies ${agencies}, calls ${calls}.`]
      if (sealed)
        sentences.push(
          `It holds sealed credentials: before you serve, make ${secret} the one of that server.`,
        )
      sentences.push('Then ask: callgate doctor')
      print(io, args.json, result, sentences.join('\n'))
    },
  })
