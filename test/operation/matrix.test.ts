import { afterAll, describe, expect, test } from 'bun:test'
import { failures, type Reason } from '../../src/failures.ts'
import type { Operation } from '../../src/operation/operation.ts'
import { operations } from '../../src/operations.ts'
import { adminOf, tokenWith } from '../support/actors.ts'
import { createPlain, type Effect, effectOf, isNone, readKept } from '../support/effect.ts'
import {
  attemptAtApi,
  attemptAtPage,
  attemptByCommand,
  type Face,
  faces,
  fromElsewhere,
  listening,
  type Outcome,
  outcomeOf,
  previewAtApi,
  previewByCommand,
  servingSocket,
  throughSocket,
} from '../support/faces.ts'
import { createGate } from '../support/gate.ts'
import { operationCases, type PageForm } from '../support/operation-cases.ts'
import { addTokens, permissionsOf, type Role, roles } from '../support/roles.ts'
import { createWorld, type Opened } from '../support/world.ts'
import { commandLineActor } from '../../src/people/actor.ts'

const world = await createWorld()
const cases = operationCases(world.facts)
const counts = { cells: 0, formless: 0, refusals: 0 }

afterAll(async () => {
  await world[Symbol.asyncDispose]()
  const { cells, formless, refusals } = counts
  process.stdout.write(
    `${operations.length} operations x ${faces.length} faces x ${roles.length} roles: ${cells} cells, all alike ` +
      `(and ${formless} where the page has no form); ${refusals} refusals of their own, all alike\n`,
  )
})

/** The outcome and the effect of an attempt, as far as they can be compared. */
interface Told {
  outcome: Outcome
  effect: Effect
}

/** Copies of one prepared data directory: each is used as long as nothing changes it. */
const prepare = (operation: Operation, change?: (opened: Opened) => void) => {
  const template = world.copy()
  const first = world.open(template)
  change?.(first)
  const tokens = addTokens(first, world, operation.name)
  first.close()
  const before = readKept(template.database)
  const plain = createPlain(
    JSON.stringify([[...before.rows], before.audit, world.facts, tokens]),
    world.madeAt,
  )
  const { lasting } = cases[operation.name] ?? {}

  const told = (outcome: Outcome, database: string): Told => {
    const effect = effectOf(before, readKept(database), plain)
    if (!outcome.done) return { outcome, effect }
    const shown = lasting && outcome.data ? lasting(outcome.data as never) : outcome.data
    return { outcome: { ...outcome, data: plain(shown) }, effect }
  }

  let unchanged: Opened | undefined
  /** Runs an attempt on a served copy, and keeps that copy for the next while nothing changed it. */
  const served = async (attempt: (opened: Opened) => Promise<Outcome>): Promise<Told> => {
    const opened = unchanged ?? world.open(world.copy(template))
    unchanged = undefined
    const outcome = await attempt(opened)
    await opened.rest()
    const result = told(outcome, opened.file)
    if (isNone(result.effect)) unchanged = opened
    else opened.close()
    return result
  }
  let alone: ReturnType<typeof world.copy> | undefined
  /** Runs an attempt on a copy without a server, kept in the same way. */
  const unserved = async (attempt: (path: string) => Promise<Outcome>): Promise<Told> => {
    const copy = alone ?? world.copy(template)
    const result = told(await attempt(copy.path), copy.database)
    alone = isNone(result.effect) ? copy : undefined
    return result
  }
  return { tokens, served, unserved, close: () => unchanged?.close() }
}

type Prepared = ReturnType<typeof prepare>

const actorOf = (role: Role, operation: string) => {
  const agency = world.agencyOf[role]
  if (role.startsWith('token')) return tokenWith(permissionsOf(role, operation), agency)
  return agency === null ? commandLineActor : adminOf(agency)
}

/** The reference for all faces: `perform` itself. */
const atDoor = ({ served }: Prepared, operation: Operation, input: object, role: Role) =>
  served(({ services }) => outcomeOf(services.perform(operation, input, actorOf(role, operation.name))))

interface Asked {
  input: Record<string, unknown>
  page: PageForm | string
}

const atFace = (face: Face, prepared: Prepared, operation: Operation, asked: Asked, role: Role) => {
  const { served, unserved, tokens } = prepared
  const form = typeof asked.page === 'string' ? null : asked.page
  const cookie = world.cookies[role]
  const attempt = { operation, input: asked.input, form, role, cookie, token: tokens[role] }
  switch (face) {
    case 'page':
      return served((opened) => attemptAtPage(opened, attempt))
    case 'API':
      return served((opened) => attemptAtApi(opened, attempt))
    case 'socket':
      return served((opened) => throughSocket(opened, attempt))
    case 'remote':
      return served((opened) => fromElsewhere(opened, attempt))
    case 'without server':
      return unserved((path) => attemptByCommand(path, attempt))
  }
}

const nothing: Effect = { gone: [], new: [], lines: [] }
const refusedWith = (code: Reason): Told => ({
  outcome: { done: false, code, sentence: failures[code].sentence },
  effect: nothing,
})

/** What a face must give where `perform` gives `told`. The intended differences are here. */
const expectedAt = (face: Face, operation: Operation, role: Role, told: Told): Told => {
  // The page knows people: a token opens nothing there.
  if (face === 'page' && role.startsWith('token')) return refusedWith('sign_in_needed')
  if (face !== 'without server') return told
  const { withoutServer } = cases[operation.name] ?? {}
  const needed = operation.needsServer ? 'server_needed' : withoutServer
  return needed && told.outcome.done ? refusedWith(needed) : told
}

/** Whoever may use the data directory may do everything to it, and is asked for no token. */
const roleAt = (face: Face, role: Role): Role =>
  face === 'socket' || face === 'without server' ? 'operator' : role

/** The page shows a refusal's sentence under the failure's status, or with the form that it is about; of data, what it likes. */
const asShown = (face: Face, told: Told, found: Outcome): Told => {
  const { outcome, effect } = told
  if (face !== 'page') return told
  if (outcome.done) return { outcome: { done: true }, effect }
  if (!('text' in found) || !('code' in outcome)) return told
  const statuses = [failures[outcome.code as Reason].status, 422]
  const isShown = found.text.includes(outcome.sentence) && statuses.includes(found.status)
  return isShown ? { outcome: found, effect } : told
}

const find = (name: string) => {
  const found = operations.find((operation) => operation.name === name)
  if (!found) throw new Error(`there is no ${name}`)
  return found
}

const noPage = 'not asked'
/** The roles that are refused before the credential is judged. */
const refusals: Partial<Record<Role, Reason>> = {
  'admin of another agency': 'not_found',
  'token without the permission': 'permission_required',
}

test('every operation has its case, and no case is of another', () => {
  expect(Object.keys(cases).toSorted()).toEqual(operations.map(({ name }) => name).toSorted())
})

/** The forms of people's own accounts and sessions. */
const noOperations = [
  '/admin/setup',
  '/admin/sign-in',
  '/admin/sign-in/passkey',
  '/admin/sign-out',
  '/admin/second-factor',
  '/admin/confirm',
  '/admin/account/authenticator',
  '/admin/account/passkey',
  '/admin/account/factors/:factor',
  '/admin/account/factors/:factor/remove',
  '/admin/account/recovery-codes',
  '/admin/invitation',
  '/admin/new-password',
  '/admin/account/password',
  '/admin/account/time-zone',
  '/admin/account/sessions/end',
  '/admin/account/sign-out-everywhere',
]

/** The form of the setup, which performs several operations. */
const several = ['/admin/setup/agency']

/** The uploads of files, whose parts are performed as `dnc.import`. */
const uploads = ['/admin/do-not-call/import', '/admin/agencies/:agency/do-not-call/import']

test('every other form of the dashboard belongs to an operation', () => {
  const posted = Object.values(cases)
    .flatMap(({ page, refused = [] }) => [page, ...refused.map((asked) => asked.page)])
    .flatMap((page) => (typeof page === 'object' && page.fields ? [page.path] : []))
  const forms = createGate()
    .app.routes.filter(({ method, path }) => method === 'POST' && path.startsWith('/admin'))
    .map(({ path }) => path)
  const isPosted = (path: string) =>
    posted.some((one) => new RegExp(`^${path.replaceAll(/:\w+/g, '[^/]+')}$`).test(one))
  const others = [...noOperations, ...several, ...uploads]
  expect(forms.filter((path) => !isPosted(path)).toSorted()).toEqual(others.toSorted())
})

describe('by every face and in every role, with the same effect, audit line and refusal:', () => {
  test.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s',
    async (name, operation) => {
      const asked = cases[name]
      if (!asked) throw new Error(`${name} has no case in operation-cases.ts`)
      const prepared = prepare(operation, asked.prepare)
      const doors = new Map<Role, Told>()
      for (const role of roles) {
        for (const face of faces) {
          if (face === 'page' && typeof asked.page === 'string') {
            counts.formless++
            continue
          }
          const acting = roleAt(face, role)
          const own = face === 'page' ? asked.atPage : undefined
          const known = own ? undefined : doors.get(acting)
          const told = known ?? (await atDoor(prepared, operation, { ...asked.input, ...own }, acting))
          if (!own) doors.set(acting, told)
          const found = await atFace(face, prepared, operation, asked, role)
          const expected = asShown(face, expectedAt(face, operation, role, told), found.outcome)
          expect({ face, role, ...found }).toEqual({ face, role, ...expected })
          counts.cells++
        }
      }
      prepared.close()
      expect(doors.get('operator')?.outcome.done, 'the case is one that can be done').toBe(true)
    },
    60_000,
  )
})

/** Whether the input itself is refused, which is judged before `server_needed`. */
const comesFirst = ({ outcome }: Told) => 'code' in outcome && outcome.code === 'invalid_input'

describe('what an operation refuses by itself is refused by every face with the same code and sentence:', () => {
  test.each(operations.filter(({ name }) => cases[name]?.refused).map((each) => [each.name, each] as const))(
    '%s',
    async (name, operation) => {
      const prepared = prepare(operation)
      for (const { input, page } of cases[name]?.refused ?? []) {
        const told = await atDoor(prepared, operation, input, 'operator')
        expect(told).toMatchObject({ outcome: { done: false }, effect: nothing })
        for (const face of faces.filter((each) => each !== 'page' || typeof page !== 'string')) {
          const found = await atFace(face, prepared, operation, { input, page }, 'operator')
          const isLate = face === 'without server' && operation.needsServer && !comesFirst(told)
          const expected = isLate ? refusedWith('server_needed') : asShown(face, told, found.outcome)
          expect({ face, input, ...found }).toEqual({ face, input, ...expected })
          counts.refusals++
        }
      }
      prepared.close()
    },
    60_000,
  )
})

test('an admin token of any kind places no real call, and whoever may use the data directory does', async () => {
  const operation = find('call.trigger')
  const { agency } = world.facts
  const input = { agency, environment: 'production', phone_number: '+12025550107' }
  const prepared = prepare(operation)
  for (const role of roles)
    for (const face of faces.filter((each) => each !== 'page')) {
      const { outcome, effect } = await atFace(face, prepared, operation, { input, page: noPage }, role)
      const has = outcome.done ? 'done' : 'code' in outcome && outcome.code
      const refused = refusals[role] ?? 'wrong_credential'
      const expected = { API: refused, remote: refused, socket: 'done', 'without server': 'server_needed' }
      expect({ role, face, has }).toEqual({ role, face, has: expected[face as keyof typeof expected] })
      expect(isNone(effect)).toBe(!outcome.done)
    }
  prepared.close()
})

describe('an operation is kept with all its audit lines or not at all:', () => {
  test.each(operations.map((operation) => [operation.name, operation] as const))(
    '%s',
    async (name, operation) => {
      const { input = {}, prepare: change } = cases[name] ?? {}
      const usual = prepare(operation, change)
      const { effect } = await atDoor(usual, operation, input, 'operator')
      usual.close()
      if (isNone(effect)) return
      expect(effect.lines).not.toEqual([])
      const full = prepare(operation, (opened) => {
        change?.(opened)
        const count = 'select count(*) as lines from audit'
        const before = opened.sqlite.query<{ lines: number }, []>(count).get()?.lines ?? 0
        opened.sqlite.run(
          `create trigger full before insert on audit when (${count}) >= ${before + effect.lines.length - 1}
           begin select raise(abort, 'full'); end`,
        )
      })
      const failed = await full.served(async ({ services }) => {
        const doing = services.perform(operation, input, commandLineActor)
        const message = await doing.then(
          () => 'it was done',
          (error: Error) => error.message,
        )
        expect(message).toMatch(/full|may not have been stored/)
        return { done: true }
      })
      expect(failed.effect).toEqual(nothing)
      full.close()
    },
    60_000,
  )
})

describe('what an operation would end is said by every face in the same words:', () => {
  test.each(operations.filter(({ ends }) => ends).map((operation) => [operation.name, operation] as const))(
    '%s',
    async (name, operation) => {
      const { input: usual = {}, prepare: change, ending } = cases[name] ?? {}
      const input = ending ?? usual
      const prepared = prepare(operation, change)
      const token = prepared.tokens.operator
      let said: string | undefined
      const found: Record<string, string> = {}
      await prepared.served(async (opened) => {
        said = await opened.services.perform.preview(operation, input, commandLineActor)
        found['API'] = await previewAtApi(opened, token, operation, input)
        found['socket'] = await servingSocket(opened, () =>
          previewByCommand(opened.path, token, operation, input),
        )
        found['remote'] = await listening(opened, (server) =>
          previewByCommand('/nowhere', token, operation, input, server),
        )
        return { done: true }
      })
      const none = await prepared.unserved(async (path) => {
        found['without server'] = await previewByCommand(path, token, operation, input)
        return { done: true }
      })
      expect(said).toEndWith('.')
      expect(found).toEqual(Object.fromEntries(faces.slice(1).map((face) => [face, said ?? ''])))
      expect(isNone(none.effect)).toBe(true)
      prepared.close()
    },
    60_000,
  )
})
