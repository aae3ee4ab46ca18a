import { z } from 'zod'
import { csvLine } from '../../csv.ts'
import { iso } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import type { Entry, ListOwner, PageOfEntries, Position } from '../entry.ts'
import type { Work } from '../../work.ts'

const entriesAtOnce = 1000

interface ExportDeps {
  doNotCall: { page(owner: ListOwner, page: PageOfEntries): Work<Entry[]> }
}

export const exportNumbers = operation({
  name: 'dnc.export',
  summary:
    'Exports a do-not-call list as CSV. Without an agency, an operator works on the list of the whole gate.',
  details: `The gate keeps no numbers, so an export has none: it shows what is listed, and cannot be imported again. Keep the files that
you import, and back up the database. Through the admin API, the file comes in parts: ask again with \`after\` until \`next\` is null.`,
  scope: 'agencies',
  may: 'admin',
  input: {
    after: z
      .string()
      .regex(/^\d{1,16}\.[\da-f]{32}$/, 'after must be the next of an earlier part.')
      .optional()
      .meta({ description: 'The `next` of the part before', hint: 'next' }),
  },
  output: z.object({
    csv: z.string().meta({ description: 'The lines; the first part begins with a header' }),
    next: z.string().nullable().meta({ description: 'Asks for the next part; null after the last one' }),
  }),
  *run({ doNotCall }: ExportDeps, { input: { after }, agency }) {
    const page = { after: after === undefined ? undefined : positionIn(after), limit: entriesAtOnce }
    const entries = yield* doNotCall.page(agency?.id ?? null, page)
    const last = entries.at(-1)
    const header = after === undefined ? csvLine(columns) : ''
    return {
      csv: header + entries.map((entry) => csvLine(cells(entry))).join(''),
      next: last && entries.length === entriesAtOnce ? `${last.addedAt}.${last.id}` : null,
    }
  },
})

const positionIn = (text: string): Position => {
  const [addedAt = '', id = ''] = text.split('.')
  return { addedAt: Number(addedAt), id }
}

const columns = ['id', 'hint', 'source', 'reason', 'added_at', 'expires_at']

const cells = ({ id, hint, source, reason, addedAt, expiresAt }: Entry) => [
  id,
  hint,
  source,
  reason ?? '',
  iso(addedAt),
  iso(expiresAt) ?? '',
]

/** All parts of an export, one after the other. */
export async function* exportParts(
  part: (after: string | undefined) => Promise<{ csv: string; next: string | null }>,
): AsyncGenerator<string> {
  let after: string | undefined
  do {
    const { csv, next } = await part(after)
    yield csv
    after = next ?? undefined
  } while (after !== undefined)
}
