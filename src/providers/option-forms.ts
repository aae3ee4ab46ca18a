import { z } from 'zod'
import type { Form } from './agent-field.ts'
import type { ProviderOption } from './options.ts'

type Described = Pick<ProviderOption, 'name' | 'description' | 'ofRef'>

export const flag = (given: Described): ProviderOption => ({
  ...given,
  schema: z.boolean(),
  expected: 'true or false',
  example: 'true',
})

export const whole = (given: Described, least: number, most: number): ProviderOption => ({
  ...given,
  schema: z.int().min(least).max(most),
  expected: `a whole number from ${least} to ${most.toLocaleString('en')}`,
  example: String(Math.min(most, Math.max(least, 30))),
})

export const oneOf = (given: Described, ...values: [string, ...string[]]): ProviderOption => ({
  ...given,
  schema: z.enum(values),
  expected: `one of ${values.join(', ')}`,
  example: values[0],
})

export const words = (given: Described, most: number, example: string): ProviderOption => ({
  ...given,
  schema: z.string().min(1).max(most),
  expected: `a text of at most ${most.toLocaleString('en')} characters`,
  example,
})

export const ofForm = (given: Described, form: Form, example: string): ProviderOption => ({
  ...given,
  schema: z.string().max(200).refine(form.accepts),
  expected: form.expected,
  example,
})

/** `forbidden` are paths within it that the gate needs for itself. */
export const object = (given: Described, example: string, forbidden: string[] = []): ProviderOption => ({
  ...given,
  schema: z
    .record(z.string(), z.unknown())
    .refine((value) => forbidden.every((path) => valueAt(value, path.split('.')) === undefined)),
  expected: `a JSON object${forbidden.length > 0 ? ` without ${forbidden.join(' and ')}` : ''}`,
  example,
})

const valueAt = (value: unknown, [name, ...rest]: string[]): unknown => {
  if (name === undefined) return value
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
  return valueAt(Reflect.get(value, name), rest)
}
