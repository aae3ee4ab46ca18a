import { packClient } from './pack.ts' with { type: 'macro' }

/** Imported when it is first asked for: from source, making it takes a second. */
export const packed = Buffer.from(await packClient(), 'base64')
