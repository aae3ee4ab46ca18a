import { createSend } from '../../src/outgoing/send.ts'

/** The guarded way out, opened for the fakes, which listen on loopback. */
export const send = createSend({ allowPrivate: true })
