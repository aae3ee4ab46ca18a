/**
 * Elysia treats # as part of the path, and so does this. Without a Host header, `request.url` is the request target.
 */
const urlPattern = /^(?:https?:\/\/([^/?#]*))?([^?]*)/

export const pathOf = (request: Request) => urlPattern.exec(request.url)?.[2] ?? ''

/** The host in the URL; empty for a request target without one. */
export const hostOf = (request: Request) => urlPattern.exec(request.url)?.[1] ?? ''
