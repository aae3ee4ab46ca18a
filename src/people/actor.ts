import type { Work } from '../work.ts'
/** The actor of an operation: a person at the dashboard, an admin token, or the command line. */
export interface Actor {
  /** The id of the person or the admin token; null for the command line. */
  id: string | null
  /** The name in the audit. */
  name: string
  /** The client's address, where there is one. */
  address: string | null
  role: 'operator' | 'admin'
  /** The only agency that it may see and change; null for all. */
  agencyId: string | null
  /** The patterns of a token's permissions: `key.rotate`, `key.*` or `*`. Null where the role alone decides. */
  permissions: readonly string[] | null
  /**
   * True where it may create admin tokens, with no more permissions than its own. A token that expires may not: the
   * created one could outlive it.
   */
  mayDelegate: boolean
  /** To be called after a wait. Throws when the actor has lost its access or disconnected in the meantime. */
  confirm(): Work<void>
  /**
   * Throws where the person has to confirm first that it is them, which they did too long ago. Only people at the
   * dashboard are asked.
   */
  requireConfirmed(): Work<void>
  /** Throws where the person has yet to agree to what an operation ends. Only people at the dashboard are asked so. */
  requireAgreed?(question: Question): void
}

/** What an operation ends, and for whom. */
export interface Question {
  /** The name of the operation. */
  operation: string
  ends: string
  /** How much of it there is now. */
  impact: string | undefined
  agencyName: string | undefined
  environment: string | undefined
}

/** The command line may do everything: whoever runs it can open the data directory. */
export const commandLineActor: Actor = {
  id: null,
  name: 'command line',
  address: null,
  role: 'operator',
  agencyId: null,
  permissions: null,
  mayDelegate: true,
  *confirm() {},
  *requireConfirmed() {},
}

/** The command line, run by a user of the system. */
export const commandLineAs = (user: string): Actor => ({
  ...commandLineActor,
  name: `command line (${user})`,
})

/** True where one of the patterns covers the operation. */
export const isPermitted = (permissions: readonly string[], operation: string) =>
  permissions.some(
    (pattern) =>
      pattern === '*' ||
      pattern === operation ||
      (pattern.endsWith('.*') && operation.startsWith(pattern.slice(0, -1))),
  )
