import type { ArgsDef, CommandDef } from 'citty'
import { importCsv } from '../do-not-call/import-csv.ts'
import { exportNumbers, exportParts } from '../do-not-call/operations/export.ts'
import { importInWords, importNumbers } from '../do-not-call/operations/import.ts'
import { CommandError } from '../failures.ts'
import { type Io, print } from './io.ts'
import type { Door } from './operation/door.ts'
import { openDoor } from './operation/open-door.ts'

interface Given {
  file?: string
  agency?: string
  source?: string
  server?: string
  json?: boolean
}

/** The commands of do-not-call lists: those of the operations, of which two work on whole files as well. */
export const doNotCallCommands = (io: Io, derived: CommandDef): CommandDef => {
  const { import: entries, export: parts, ...others } = derived.subCommands as Record<string, CommandDef>
  return {
    ...derived,
    subCommands: {
      ...others,
      ...(entries && { import: importCommand(io, entries) }),
      ...(parts && { export: exportCommand(io, parts) }),
    },
  }
}

const importCommand = (io: Io, derived: CommandDef): CommandDef => {
  const { entries, ...args } = derived.args as ArgsDef
  return {
    ...derived,
    args: {
      file: { type: 'positional', required: false, description: 'The CSV file, or - for standard input' },
      ...args,
      entries: { ...entries, required: false } as ArgsDef[string],
    },
    run: async (context) => {
      const given = context.args as Given
      if (context.args.entries !== undefined) return derived.run?.(context)
      if (given.file === undefined) throw new CommandError('Name a CSV file, or - for standard input.')
      await withDoor(io, given, (door) => importFile(io, door, given.file ?? '-', given))
    },
  }
}

/** JSON is for scripts, which ask part by part. */
const exportCommand = (io: Io, derived: CommandDef): CommandDef => ({
  ...derived,
  run: async (context) => {
    const given = context.args as Given
    if (given.json === true || context.args.after !== undefined) return derived.run?.(context)
    await withDoor(io, given, (door) => exportAll(io, door, given))
  },
})

const withDoor = async (io: Io, { server }: Given, work: (door: Door) => Promise<void>) => {
  const door = await openDoor(io, server)
  try {
    await work(door)
  } finally {
    io.progress?.('')
    await door.close()
  }
}

const importFile = async (io: Io, door: Door, name: string, { agency, source, json }: Given) => {
  const fields = { ...(agency !== undefined && { agency }), ...(source !== undefined && { source }) }
  const result = await importCsv(
    bytesOf(io, name),
    async (entries) =>
      importNumbers.output.parse(await door.perform(importNumbers, { ...fields, entries }, {})),
    ({ added, already_listed, rejected }) =>
      io.progress?.(`imported ${(added + already_listed + rejected).toLocaleString('en')} lines …`),
  )
  io.progress?.('')
  print(io, json, result, importInWords(result))
}

async function* bytesOf(io: Io, name: string): AsyncGenerator<Uint8Array> {
  if (name === '-') {
    if (!io.input) throw new CommandError('The input is empty.')
    yield* io.input()
    return
  }
  const file = Bun.file(name)
  if (!(await file.exists())) throw new CommandError(`The file ${name} cannot be read.`)
  yield* file.stream()
}

/** Characters that may wait for a slow reader. */
const waitingMost = 1_000_000
const pauseMs = 5

const exportAll = async (io: Io, door: Door, { agency }: Given) => {
  const part = async (after: string | undefined) => {
    const input = { ...(agency !== undefined && { agency }), ...(after !== undefined && { after }) }
    return exportNumbers.output.parse(await door.perform(exportNumbers, input, {}))
  }
  for await (const lines of exportParts(part)) {
    // A terminal and a pipe end lines as every command does.
    io.out(lines.replaceAll('\r\n', '\n'))
    while ((io.unread?.() ?? 0) > waitingMost) await Bun.sleep(pauseMs)
  }
}
