import { type Action, actions } from '../audit.ts'

interface StoredEntry {
  number: number | null
  action: string
  actor: string
  actorId: string | null
  actorRole: string | null
  address: string | null
  agencyId: string | null
  environment: string | null
  target: string | null
  times: number | null
}

interface InfoLog {
  info(message: string, facts: Record<string, unknown>): void
}

/** Writes an entry of the audit to the log, where a collector keeps it out of this machine's reach. */
export const createLogEntry =
  ({ info }: InfoLog) =>
  ({ action, actorId, actorRole, agencyId, ...entry }: StoredEntry) => {
    const facts = { actor_id: actorId, actor_role: actorRole, agency_id: agencyId, action }
    const { number, actor, address, environment, target, times } = entry
    info(`${actor} ${actions[action as Action] ?? action}`, {
      event: 'audit',
      number,
      actor,
      ...facts,
      address,
      environment,
      target,
      times,
    })
  }
