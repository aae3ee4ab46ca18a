import { importCsv } from '../../src/do-not-call/import-csv.ts'
import { importNumbers } from '../../src/do-not-call/operations/import.ts'
import { type Actor, commandLineActor } from '../../src/people/actor.ts'
import type { Gate } from './gate.ts'

const piecesOf = async function* (text: string) {
  yield new TextEncoder().encode(text)
}

/** Imports a file as every face does. */
export const importText = (
  { services }: Pick<Gate, 'services'>,
  text: string,
  fields: { agency?: string; source?: string } = {},
  actor: Actor = commandLineActor,
) => importCsv(piecesOf(text), (entries) => services.perform(importNumbers, { ...fields, entries }, actor))

/** As many different numbers as one likes. */
export const numberOf = (at: number) => `+4930${String(at).padStart(8, '0')}`
