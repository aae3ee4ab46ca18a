/** What a name that is no operation's is answered with: a command may be of a newer version than the server. */
export const unknownOperation = 'There is no such operation.'
/** With which a client says what it was told would end: the sentence of the preview, escaped as in a URL. */
export const agreedHeader = 'callgate-agreed'
/** With which a client gives the operation a name of its own, a UUID, so that it is done once and can be asked about. */
export const operationIdHeader = 'callgate-operation-id'
