import { importCsv } from '../../do-not-call/import-csv.ts'
import { importNumbers } from '../../do-not-call/operations/import.ts'
import type { Operation } from '../../operation/operation.ts'
import type { Perform } from '../../operation/perform.ts'
import type { Actor } from '../../people/actor.ts'
import { isOfType, pieces } from '../body.ts'

/** True for a request that brings an operation a whole file. */
export const bringsFile = (operation: Operation, request: Request) =>
  operation.name === importNumbers.name && isOfType(request, 'text/csv')

/** Imports a file as it comes in: the operation once for every part, its other fields from the query. */
export const importFile = (perform: Perform, request: Request, actor: Actor) => {
  const fields = Object.fromEntries(new URL(request.url).searchParams)
  return importCsv(pieces(request), (entries) => perform(importNumbers, { ...fields, entries }, actor))
}
