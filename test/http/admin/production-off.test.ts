import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { createOperator, enter, textOf } from '../../support/page.ts'
import { atOnce } from '../../../src/work.ts'

const banner = 'Production access is disabled: every production request gets 403.'

test('while production access is off, every page of the agency says so with its cure, and no other page does', async () => {
  const gate = createGate()
  const { post, visit } = await createOperator(gate)
  const home = `/admin/agencies/${gate.agency.id}`
  const api = `${home}/integrations/api`
  const pages = [
    home,
    `${home}/calls`,
    `${home}/usage`,
    `${home}/agents`,
    `${home}/rules`,
    `${home}/audit`,
    api,
  ]
  const bannered = async () => {
    const texts = await Promise.all(pages.map(async (page) => textOf(await visit(page))))
    return texts.filter((text) => text.includes(banner)).length
  }
  expect(await bannered()).toBe(0)
  await post(`${api}/staging/access`, { enabled: 'false' })
  expect(await bannered()).toBe(0)
  await post(`${api}/production/access`, { enabled: 'false' })
  expect(await bannered()).toBe(pages.length)
  expect(await (await visit(`${home}/calls`)).text()).toContain(`href="${api}#production-title"`)
  expect(await textOf(await visit('/admin/agencies'))).not.toContain(banner)
  await post(`${api}/production/access`, { enabled: 'true' })
  expect(await bannered()).toBe(0)
})

test('whoever cannot enable access reads who can', async () => {
  const gate = createGate()
  const { cookie } = enter(gate, { agencyId: gate.agency.id })
  const read = async () =>
    textOf(await gate.request(`/admin/agencies/${gate.agency.id}/calls`, { headers: { cookie } }))
  atOnce(gate.services.environments.disableAccess(gate.production.id, 'operator'))
  expect(await read()).toContain(
    `${banner} An operator disabled API access, and only an operator can enable it.`,
  )
  atOnce(gate.services.environments.enableAccess(gate.production.id))
  atOnce(gate.services.reportLeak(gate.key, 'github.com', gate.clock.now(), null))
  expect(await read()).toContain(`${banner} The key was reported as leaked. Rotate it;`)
})
