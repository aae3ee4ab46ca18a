import { defineCommand } from 'citty'
import { explainConfig } from '../config.ts'
import { configWarnings } from '../config/warnings.ts'
import { CommandError } from '../failures.ts'
import { tryPlaces } from '../server/place.ts'
import { DataDir } from '../data-dir/data-dir.ts'
import { readCertificate } from '../server/certificate.ts'
import { configOf, type Io, json, print, table } from './io.ts'

export const config = (io: Io) =>
  defineCommand({
    meta: {
      name: 'config',
      description: 'Show all settings, where they come from, and any problems',
    },
    args: json,
    run: ({ args }) => {
      const read = configOf(io)
      if (read.tls) readCertificate(read.tls)
      tryPlaces(read)
      const { settings, unknown } = explainConfig(io.env, io.isTerminal)
      for (const name of unknown) io.err(`${name} is set, but callgate doesn’t know it.\n`)
      const warnings = configWarnings(read)
      for (const { name, says } of warnings) io.err(`${name}: ${says}\n`)
      const rows = settings.map(({ name, value, source }) => [name, value ?? '–', source])
      print(io, args.json, { settings, unknown, warnings }, table(['VARIABLE', 'VALUE', 'SOURCE'], rows))
      const { problem } = new DataDir(read)
      if (problem !== undefined) throw new CommandError(problem)
    },
  })
