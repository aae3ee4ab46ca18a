import type { Database } from 'bun:sqlite'
import { withoutAuditTriggers } from './unbound.ts'

/** Everything that people, programs and providers may name or say. */
const spoken: Record<string, string[]> = {
  agencies: ['name'],
  agents: ['name', 'ref', 'from_number'],
  calls: [
    'name',
    'email',
    'summary',
    'reason',
    'provider_call_id',
    'telephony_call_id',
    'from_number',
    'recording_url',
  ],
  audit: ['actor', 'target'],
  key_clients: ['client'],
  deliveries: ['last_answer', 'last_error'],
}

/** Puts a text in the place of all that was named or said. */
export const sayEverywhere = (sqlite: Database, text: string) =>
  withoutAuditTriggers(sqlite, () => {
    for (const [table, columns] of Object.entries(spoken))
      for (const column of columns)
        sqlite.run(`update ${table} set ${column} = ? where ${column} is not null`, [text])
    const transcript = [
      { role: 'agent', content: text },
      { role: 'human', content: text },
    ]
    const said = [JSON.stringify(transcript), JSON.stringify({ [text]: text, nested: [text] })]
    sqlite.run('update calls set transcript = ?, metadata = ? where transcript is not null', said)
  })
