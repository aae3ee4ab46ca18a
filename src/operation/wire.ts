/** The error of an unknown operation: a command may be newer than the server. */
export const unknownOperation = 'There is no such operation.'
/** The header for the preview that the client confirmed, escaped as in a URL. */
export const agreedHeader = 'callgate-agreed'
/**
 * The header for a UUID that the client gives the operation: it runs once under it, and the client can ask whether it
 * was done.
 */
export const operationIdHeader = 'callgate-operation-id'

/** The header for the system's user who runs a command, escaped as in a URL. Read from the data directory's socket only. */
export const commandUserHeader = 'callgate-user'
