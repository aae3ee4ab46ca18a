import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import {
  type AccessDisabler,
  accessDisablers,
  afterRotation,
  strongerDisabler,
  whyAccessIsLocked,
} from '../../src/agencies/access.ts'
import { showEnvironment } from '../../src/agencies/operations/environment.ts'
import { rotateKey } from '../../src/keys/operations/generate.ts'
import { disableKey, enableKey } from '../../src/keys/operations/switch.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { createGate, type Gate } from '../support/gate.ts'
import { enter, textOf } from '../support/page.ts'
import { expectRefusal } from '../support/refusal.ts'
import { atOnce } from '../../src/work.ts'

const here = { agency: 'Acme', environment: 'production' as const }
const disabledBy = (gate: Gate) => gate.environment('production').accessDisabledBy
const leak = (gate: Gate, key = gate.key) =>
  gate.request('/leaks', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ key }),
  })

describe('an operator’s switch-off holds', () => {
  test('no admin of the agency, no token of it and no rotation undoes it', async () => {
    const gate = createGate()
    const { perform } = gate.services
    await perform(disableKey, here, commandLineActor)
    for (const actor of [adminOf(gate.agency.id), tokenWith(['*'], gate.agency.id)]) {
      const { key } = await perform(rotateKey, here, actor)
      await perform(disableKey, here, actor)
      expect(perform(enableKey, here, actor)).rejects.toMatchObject({
        reason: 'access_locked',
        message:
          'An operator disabled API access, and only an operator can enable it. Ask the operator of this server.',
      })
      await expectRefusal(await gate.authorized('/api/v1/key', {}, key), 403, 'access_disabled')
    }
    expect(await perform(showEnvironment, here, commandLineActor)).toMatchObject({
      access: 'disabled',
      access_disabled_by: 'operator',
    })
    await perform(enableKey, here, commandLineActor)
    expect(disabledBy(gate)).toBeNull()
  })

  test('its page tells the admin who can enable access, and lets nobody press the switch', async () => {
    const gate = createGate()
    await gate.services.perform(disableKey, here, commandLineActor)
    const { cookie } = enter(gate, { agencyId: gate.agency.id })
    const page = await gate.request(`/admin/agencies/${gate.agency.id}/integrations/api`, {
      headers: { cookie },
    })
    const html = await page.clone().text()
    expect(html).toMatch(/role="switch"[^>]* disabled/)
    expect(await textOf(page)).toContain('only an operator can enable it')
  })

  test('an admin’s own switch-off is the admin’s to undo, and an operator’s', async () => {
    const gate = createGate()
    const { perform } = gate.services
    const admin = adminOf(gate.agency.id)
    for (const actor of [admin, commandLineActor]) {
      await perform(disableKey, here, admin)
      expect(disabledBy(gate)).toBe('admin')
      await perform(enableKey, here, actor)
      expect((await gate.authorized('/api/v1/key')).status).toBe(200)
    }
  })
})

describe('a leaked key needs a rotation before access can be enabled again', () => {
  test('for an operator too; afterwards the agency’s admin enables it', async () => {
    const gate = createGate()
    const { perform } = gate.services
    const admin = adminOf(gate.agency.id)
    await leak(gate)
    for (const actor of [admin, commandLineActor])
      expect(perform(enableKey, here, actor)).rejects.toMatchObject({
        reason: 'access_locked',
        message:
          'The key was reported as leaked. Rotate it; then you can enable API access with the new key.',
      })
    const { key, access } = await perform(rotateKey, here, admin)
    expect(access).toBe('disabled')
    await expectRefusal(await gate.authorized('/api/v1/key', {}, key), 403, 'access_disabled')
    await perform(enableKey, here, admin)
    expect((await gate.authorized('/api/v1/key', {}, key)).status).toBe(200)
  })

  test('a leak neither weakens an operator’s switch-off nor is weakened by one', async () => {
    const gate = createGate()
    const { perform } = gate.services
    await perform(disableKey, here, commandLineActor)
    await leak(gate)
    expect(disabledBy(gate)).toBe('operator')
    expect(perform(enableKey, here, commandLineActor)).rejects.toMatchObject({ reason: 'access_locked' })
    await perform(rotateKey, here, adminOf(gate.agency.id))
    expect(perform(enableKey, here, adminOf(gate.agency.id))).rejects.toMatchObject({
      reason: 'access_locked',
    })
    await perform(enableKey, here, commandLineActor)
  })
})

test('an alert’s switch-off is lifted by an operator, or for the admin by a rotation', async () => {
  const gate = createGate()
  const { environments, perform } = gate.services
  const admin = adminOf(gate.agency.id)
  atOnce(environments.disableAccess(gate.production.id, 'policy'))
  expect(perform(enableKey, here, admin)).rejects.toMatchObject({ reason: 'access_locked' })
  await perform(enableKey, here, commandLineActor)
  atOnce(environments.disableAccess(gate.production.id, 'policy'))
  await perform(rotateKey, here, admin)
  await perform(enableKey, here, admin)
  expect(disabledBy(gate)).toBeNull()
})

test('whatever switches off and in whatever order, an admin alone never undoes what somebody stronger did', () => {
  const by = fc.constantFrom(...accessDisablers)
  const step = fc.oneof(by, fc.constant('rotate' as const), fc.constant('enable as admin' as const))
  fc.assert(
    fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
      let now: AccessDisabler | null = null
      let leaked = false
      let operatorHolds = false
      for (const each of steps) {
        if (each === 'rotate') {
          now = afterRotation(now)
          leaked = false
        } else if (each === 'enable as admin') {
          const access = { accessDisabledBy: now, leakedAt: leaked ? 1 : null }
          const locked = whyAccessIsLocked(access, 'admin')
          if (now !== null && (operatorHolds || leaked)) expect(locked).toBeDefined()
          if (locked === undefined) now = null
        } else {
          now = strongerDisabler(now, each)
          leaked ||= each === 'leak'
          operatorHolds ||= each === 'operator'
        }
        if (operatorHolds) expect(now).toBe('operator')
      }
    }),
  )
})
