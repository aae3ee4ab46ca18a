/** Who asks for an operation: a person at the page, an admin token, or somebody at the command line. */
export interface Actor {
  /** As the audit names it. */
  name: string
  /** The client's address, where there is one. */
  address: string | null
  role: 'operator' | 'admin'
  /** The only agency that it may see and change; null for all. */
  agencyId: string | null
  /** Patterns of operations, of a token: `key.rotate`, `key.*` or `*`. Null where the role alone decides. */
  permissions: readonly string[] | null
  /** Whether it may make tokens, as far as it may do what they may. One that ends by itself would outlive itself in them. */
  mayDelegate: boolean
  /** Throws when it may act no more: whoever was let in may have been removed, or have hung up, during a wait. */
  confirm(): void
}

/** Whoever may use the data directory may do everything to it. */
export const commandLineActor: Actor = {
  name: 'command line',
  address: null,
  role: 'operator',
  agencyId: null,
  permissions: null,
  mayDelegate: true,
  confirm: () => {},
}

/** Whether one of the patterns covers an operation. */
export const isPermitted = (permissions: readonly string[], operation: string) =>
  permissions.some(
    (pattern) =>
      pattern === '*' ||
      pattern === operation ||
      (pattern.endsWith('.*') && operation.startsWith(pattern.slice(0, -1))),
  )
