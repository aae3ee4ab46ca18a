import { expect, test } from 'bun:test'
import { createGate } from '../../support/gate.ts'
import { formsElsewhere, pageForms } from '../../support/page-forms.ts'
import { allowSetup } from '../../support/page.ts'
import { readRejected } from '../../support/rejected.ts'
import { everyField } from '../../support/typed-fields.ts'
import { populate } from '../../support/visitors.ts'
import { atOnce } from '../../../src/work.ts'

const forms = { ...pageForms, ...formsElsewhere }

/** Whether an address is there is nothing that signing in says. */
const neverSaid = ['/admin/sign-in email']

test('every field that people type into has a wrong value in the table of forms', async () => {
  const { fields, app } = await everyField()
  const paths = app.routes.filter(({ method }) => method === 'POST').map(({ path }) => path)
  const formOf = (action: string) => {
    const matches = (path: string) =>
      new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`).test(action.replace(/\?.*/, ''))
    const found = [...Object.keys(formsElsewhere), ...paths].filter(matches)
    return found.toSorted((one, other) => one.split(':').length - other.split(':').length)[0] ?? action
  }
  const typed = fields.filter(({ isPosted, name }) => isPosted && name !== '')
  const missing = typed
    .map(({ action, name }) => ({ path: formOf(action), name }))
    .filter(({ path, name }) => forms[path]?.wrong[name] === undefined)
    .map(({ path, name }) => `${path} ${name}`)
  expect(typed.length).toBeGreaterThan(60)
  expect([...new Set(missing)]).toEqual(neverSaid)
})

const cases = Object.entries(forms).flatMap(([path, form]) =>
  Object.entries(form.wrong).map(([name, wrong]) => ({ path, name, form, wrong })),
)
const place = await populate()
const { factors, people, sessions } = place.gate.services
const [person] = atOnce(people.list()).flatMap((each) =>
  each.hasFactor && each.person.role === 'operator' ? [each.person] : [],
)
if (!person) throw new Error('there is no operator with a second factor')
// As cheap as a hash can be: what is checked here is not how long that takes.
const passwordHash = await Bun.password.hash('a password', {
  algorithm: 'argon2id',
  memoryCost: 8,
  timeCost: 1,
})
atOnce(people.changePassword(person, passwordHash))

const signIn = (hasFactor: boolean) => {
  const visit = { request: new Request('http://localhost'), address: null }
  return atOnce(sessions.open(person.id, visit, hasFactor)).split(';')[0] ?? ''
}

/** Sends a form to whoever answers it: that of the first person to a server without people, an upload as such. */
const send = async (path: string, fields: Record<string, string>) => {
  const gate = path === '/admin/setup' ? createGate() : place.gate
  // The links of `place` end soon, and wrong passwords are slowed down.
  if (path in formsElsewhere) await gate.clock.advance(60_000)
  const links: Record<string, string> = {
    '/admin/setup': allowSetup(gate),
    '/admin/invitation': 'invited',
    '/admin/new-password': 'reset',
  }
  const link = links[path] === undefined ? {} : { token: links[path] }
  const cookie = signIn(path !== '/admin/second-factor')
  const body = path.endsWith('/import') ? upload(fields) : new URLSearchParams({ ...link, ...fields })
  const target = place.fill(path, { factor: atOnce(factors.list(person.id))[0]?.id ?? '' })
  const headers = { cookie, 'sec-fetch-site': 'same-origin' }
  const response = await gate.request(target, { method: 'POST', headers, body })
  return { response, target }
}

const upload = (fields: Record<string, string>) => {
  const form = new FormData()
  for (const [name, text] of Object.entries(fields)) form.append(name, new File([text], 'numbers.csv'))
  return form
}

test.each(cases)('$path says what is wrong with $name below that field, and keeps the rest', async (each) => {
  const { path, name, form, wrong } = each
  const filled = typeof form.fields === 'function' ? form.fields(place) : form.fields
  const fields = typeof wrong === 'string' ? { ...filled, [name]: wrong } : wrong
  const { response, target } = await send(path, fields)
  expect([400, 401, 404, 422]).toContain(response.status)
  const { controls, alerts } = await readRejected(await response.text())

  const invalid = controls.filter(({ isInvalid }) => isInvalid)
  expect(invalid).toMatchObject([{ name, isFocused: true, isHidden: false }])
  expect(controls.filter(({ isFocused }) => isFocused)).toHaveLength(1)
  expect(alerts).toHaveLength(1)
  expect(alerts[0]?.text).toMatch(/^\S.*\.$/)
  expect(invalid[0]?.describedBy).toContain(`${alerts[0]?.id}`)
  expect(alerts[0]?.action).toBe(invalid[0]?.action)
  // Two buttons of one form, each with a path of its own.
  expect(invalid[0]?.action.replace(/\/check$/, '')).toBe(target.replace(/\/(?:check|remove)$/, ''))

  const ofForm = controls.filter(({ action }) => action === invalid[0]?.action)
  for (const { name: field, type, value, isSecret } of ofForm) {
    if (isSecret || field === 'token') expect([field, value ?? '']).toEqual([field, ''])
    else if (type !== 'file' && type !== 'select' && field in fields)
      expect([field, value]).toEqual([field, fields[field] ?? null])
  }
})
