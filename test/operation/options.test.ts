import { expect, test } from 'bun:test'
import { rotateKey } from '../../src/keys/operations/generate.ts'
import type { PerformOptions } from '../../src/operation/perform.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const open = () => {
  const gate = createGate()
  const input = { agency: gate.agency.id, environment: 'production' as const }
  const live = () => atOnce(gate.services.keys.live(gate.production.id))?.id
  const rotate = (options: PerformOptions) =>
    gate.services.perform(rotateKey, input, commandLineActor, options).then(
      () => 'done',
      (error: Error) => error.message,
    )
  const preview = async () =>
    (await gate.services.perform.preview(rotateKey, input, commandLineActor)) ?? null
  return { live, preview, rotate }
}

test('an operation is done once under one id, and the second attempt changes nothing', async () => {
  const { live, rotate } = open()
  const operationId = crypto.randomUUID()
  expect(await rotate({ operationId })).toBe('done')
  const rotated = live()
  expect(await rotate({ operationId })).toContain('An operation with this ID was already performed.')
  expect(live()).toBe(rotated)
  expect(await rotate({ operationId: crypto.randomUUID() })).toBe('done')
})

test('an operation ends only what was agreed to: after a change in between it does nothing', async () => {
  const { live, preview, rotate } = open()
  const agreed = await preview()
  expect(await rotate({})).toBe('done')
  const rotated = live()
  for (const old of [agreed, null]) expect(await rotate({ agreed: old })).toContain('changed in the meantime')
  expect(live()).toBe(rotated)
  expect(await rotate({ agreed: await preview() })).toBe('done')
})
