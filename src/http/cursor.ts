import { z } from 'zod'

const uuidPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** Says where the next page begins, in a form that nobody takes for an id. */
export const cursorAfter = (id: string) => Buffer.from(id, 'latin1').toString('base64url')

/** Reads a cursor back to the id that it was made of. */
export const cursorSchema = (complaint: string) =>
  z
    .string()
    .transform((text) => Buffer.from(text, 'base64url').toString('latin1'))
    .refine((id) => uuidPattern.test(id), complaint)
