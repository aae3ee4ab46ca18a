import { z } from 'zod'

const uuidPattern = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/

/** Encodes the position of the next page; base64url, so that clients do not take it for an id. */
export const cursorAfter = (id: string) => Buffer.from(id, 'latin1').toString('base64url')

/** Decodes a cursor to the id in it. */
export const cursorSchema = (complaint: string) =>
  z
    .string()
    .transform((text) => Buffer.from(text, 'base64url').toString('latin1'))
    .refine((id) => uuidPattern.test(id), complaint)
