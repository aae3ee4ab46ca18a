/** TC39 "JSON.parse source text access": JavaScriptCore has it, TypeScript's library not yet. */
declare global {
  interface JSON {
    rawJSON(text: string): RawJson
    isRawJSON(value: unknown): value is RawJson
    parse(
      text: string,
      reviver: (this: unknown, name: string, value: unknown, context: { source?: string }) => unknown,
    ): unknown
  }
}

/** A number that JSON.stringify writes with exactly these characters. */
export interface RawJson {
  readonly rawJSON: string
}

/**
 * Parses JSON so that JSON.stringify writes every number as it was: one that JavaScript would round or spell otherwise
 * (12345678901234567890, 1e999, -0, 1.50) becomes a `RawJson`. Throws what JSON.parse throws.
 */
export const parseExactly = (text: string): unknown =>
  mayBeRespelled.test(text) ? JSON.parse(text, withRawNumbers) : JSON.parse(text)

/** Numbers of up to 15 digits, without a fraction or an exponent, are always exact. A match within a string only costs time. */
const mayBeRespelled = /(?:^|[[:,\s])-?(?:\d+[.eE]|\d{16}|(?<=-)0)/

const withRawNumbers = (_name: string, value: unknown, { source = '' }: { source?: string }) =>
  typeof value === 'number' && String(value) !== source ? JSON.rawJSON(source) : value

/**
 * Parses JSON of which only ids matter to the last digit: an integer that JavaScript would round becomes the text of its
 * digits, except in long texts, of which looking at each number would take hundreds of milliseconds. Throws what JSON.parse
 * throws.
 */
export const parseWithLongIds = (text: string): unknown =>
  text.length <= lookedThroughMost && /\d{16}/.test(text) ? JSON.parse(text, withLongIds) : JSON.parse(text)

/** Above any response to an order. */
const lookedThroughMost = 64 * 1024

const withLongIds = (_name: string, value: unknown, { source = '' }: { source?: string }) =>
  Number.isInteger(value) && !Number.isSafeInteger(value) && /^\d+$/.test(source) ? source : value
