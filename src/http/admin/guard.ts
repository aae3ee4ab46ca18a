import { Elysia } from 'elysia'
import { z } from 'zod'
import type { ReadAlarms } from '../../alarms/read-alarms.ts'
import { requireConnected } from '../../calls/connected.ts'
import type { Agency } from '../../agencies/agency.ts'
import type { CountDenial } from '../../audit/denials.ts'
import type { ProductionAccess } from '../../agencies/production-access.ts'
import type { PerformOptions } from '../../operation/perform.ts'
import type { Clock } from '../../clock.ts'
import type { Config } from '../../config.ts'
import { ApiError } from '../../failures.ts'
import type { Actor } from '../../people/actor.ts'
import type { Factor } from '../../people/factor.ts'
import type { Person } from '../../people/person.ts'
import { type MissingStep, refreshHeader, type Sessions } from '../../people/sessions.ts'
import { type Listener, ownOrigins } from '../address.ts'
import { readForm } from '../body.ts'
import { ConfirmationNeeded, withoutConfirmation } from './confirmation/confirmation-needed.ts'
import { addCookie } from '../cookies.ts'
import { pathOf } from '../url.ts'
import { onceField } from '../page/form.tsx'
import type { Viewer } from '../page/layout.tsx'
import { listedAgencies } from '../page/sidebar.tsx'
import type { Flashes } from './flashes.ts'
import { zoneOf } from './viewpoint.ts'
import { isFromOurPages } from './cross-site.ts'
import { AlreadySent, type ShownOnce, withoutOnce } from './shown-once/already-sent.ts'
import { agreedField, QuestionNeeded, withoutAgreement } from './question/question-needed.ts'
import { ownReferrer } from './referrer.ts'
import { pageActor } from './page-actor.ts'
import { pageHeaders } from '../page/headers.ts'
import { run, type Work } from '../../work.ts'

export interface GuardDeps {
  alarms: Pick<ReadAlarms, 'count'>
  alerts: {
    /** The number of alerts that nobody has acknowledged, of one agency or of all. */
    openCount(agencyId?: string): Work<number>
  }
  audit: {
    /** True for the id of an operation that was performed. */
    hasOperation(operationId: string): Work<boolean>
  }
  config: Pick<Config, 'publicUrl' | 'trustedProxies'>
  server: Listener
  search: { firstAgencies(limit: number): Work<Pick<Agency, 'id' | 'name'>[]> }
  sessions: Pick<Sessions, 'person' | 'find' | 'isConfirmed'>
  factors: { list(personId: string): Work<Factor[]> }
  countDenial: CountDenial
  productionAccess: ProductionAccess
  flashes: Flashes
  clock: Pick<Clock, 'now'>
}

export type AnyoneDeps = Pick<GuardDeps, 'config' | 'server'>

/** For public pages: sets the headers, and rejects forms from other sites. */
export const anyone = ({ config, server }: AnyoneDeps) =>
  new Elysia({ name: 'anyone' }).derive({ as: 'scoped' }, ({ request, set }) => {
    Object.assign(set.headers, pageHeaders)
    refuseForeignForms(request, ourOrigins(request, server, config))
  })

/** For signed-in people, an agency's admin in their own agency only. */
export const signedIn = (deps: GuardDeps) => guard('signed-in', deps, () => true)

/** For signed-in people, also those who have yet to set up the second factor that they need. */
export const enrolling = (deps: GuardDeps) => guard('enrolling', deps, () => true, ['enrolment'])

/** For whoever may have to enter their second factor. */
export const passingSecondFactor = (deps: GuardDeps) =>
  guard('passing-second-factor', deps, () => true, ['second_factor'])

/** For operators only. */
export const operatorOnly = (deps: GuardDeps) => guard('operator-only', deps, isOperator)

export const isOperator = ({ role }: Person) => role === 'operator'

/**
 * Provides the signed-in person, and the same as the `actor` of operations. `confirm` is to be called after every wait
 * and before any change: the person may have been removed in the meantime. `readForm` waits, and confirms. `flash` says
 * what was done, on this response if it is a page, else on the next page. `once` is for forms whose response shows a
 * secret: it returns the id under which they are performed, and throws where that was done.
 */
const guard = (
  name: string,
  {
    alarms,
    alerts,
    audit,
    clock,
    config,
    server,
    sessions,
    factors,
    flashes,
    productionAccess,
    search,
    countDenial,
  }: GuardDeps,
  admits: (person: Person) => boolean,
  open: readonly MissingStep[] = [],
) =>
  new Elysia({ name }).derive({ as: 'scoped' }, async ({ params, request, route, set }) => {
    Object.assign(set.headers, pageHeaders)
    const ours = ourOrigins(request, server, config)
    refuseForeignForms(request, ours)
    let fields: Record<string, string> | undefined
    const find = function* () {
      const found = yield* sessions.find(request)
      if (!found) throw new ApiError('sign_in_needed')
      if (found.missing !== null && !open.includes(found.missing))
        throw new ApiError(`${found.missing}_needed`)
      return found
    }
    const denied = (person: Person) => {
      const actor = pageActor(person, { request, server }, config)
      const target = `${request.method} ${route}`
      countDenial({ action: 'operation.denied', actor, agency: person.agencyId, target })
      return new ApiError('operator_only')
    }
    const confirm = function* () {
      const { person } = yield* find()
      // The role before the agency, as `perform` judges: whoever may do it in no agency learns nothing of this one.
      if (!admits(person)) throw denied(person)
      hideOtherAgencies(person, params)
      return person
    }
    const person = await run(confirm())
    const readConfirmed = async () => {
      fields = withoutConfirmation(await readForm(request))
      await run(confirm())
      return withoutOnce(withoutAgreement(fields))
    }
    const requireConfirmed = function* () {
      const found = yield* find()
      if (sessions.isConfirmed(found.session)) return
      const { email, id } = found.person
      const kinds = new Set((yield* factors.list(id)).map(({ kind }) => kind))
      const ways = { hasApp: kinds.has('totp'), hasPasskey: kinds.has('passkey') }
      throw new ConfirmationNeeded({ email, path: pathOf(request), fields: fields ?? {}, ...ways })
    }
    const actor: Actor = {
      ...pageActor(person, { request, server }, config),
      agencyId: person.agencyId,
      permissions: null,
      mayDelegate: true,
      *confirm() {
        requireConnected(request.signal)
        yield* confirm()
      },
      requireConfirmed,
      requireAgreed: (question) => {
        if (fields === undefined) throw new Error(`${route} must read its form before it ends something`)
        if (fields[agreedField] === question.ends) return
        const cameFrom = ownReferrer(request, ours) ?? '/admin'
        const asked = { path: pathOf(request), fields: withoutAgreement(fields), cameFrom }
        throw new QuestionNeeded({ ...question, person: viewer, ...asked })
      },
    }
    let flashId = request.headers.has(refreshHeader) ? undefined : flashes.idIn(request)
    const viewer: Viewer & { timeZone: string } = {
      ...person,
      openAlerts: await run(alerts.openCount(person.agencyId ?? undefined)),
      openAlarms: await run(alarms.count(person)),
      firstAgencies: isOperator(person) ? await run(search.firstAgencies(listedAgencies + 1)) : [],
      takeFlash: () => flashes.take(flashId, person.id),
      productionAccess: params?.agency === undefined ? undefined : await run(productionAccess(params.agency)),
      timeZone: zoneOf(person, request),
      now: clock.now(),
    }
    const flash = (sentence: string) => {
      const { id, cookie } = flashes.keep(sentence, person.id)
      flashId = id
      addCookie(set, cookie)
    }
    const once = async (shown: ShownOnce): Promise<Pick<PerformOptions, 'operationId'>> => {
      const id = z.guid().toLowerCase().safeParse(fields?.[onceField])
      if (!id.success) return {}
      if (await run(audit.hasOperation(id.data))) throw new AlreadySent({ person: viewer, ...shown })
      return { operationId: id.data }
    }
    return { person: viewer, actor, confirm, flash, once, readForm: readConfirmed }
  })

/** The origins of our pages: the requested one and the public one. */
export const ourOrigins = (
  request: Request,
  server: Listener,
  { publicUrl, trustedProxies }: GuardDeps['config'],
) => [...ownOrigins(request, server, trustedProxies), ...(publicUrl === null ? [] : [publicUrl])]

const refuseForeignForms = (request: Request, ours: string[]) => {
  const safe = request.method === 'GET' || request.method === 'HEAD'
  if (!safe && !isFromOurPages(request, ours)) throw new ApiError('cross_site')
}

/**
 * Checked here, so that no route with an agency in its path can forget it. A path without parameters has no `params`.
 */
const hideOtherAgencies = (person: Person, params: Record<string, string | undefined> | undefined) => {
  const agency = params?.agency
  if (agency !== undefined && !isOperator(person) && person.agencyId !== agency) throw noSuchAgency()
}

export const noSuchAgency = () => new ApiError('not_found', { detail: 'There is no such agency.' })
