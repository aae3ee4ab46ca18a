import { Elysia } from 'elysia'
import { actedBy, type AuditedChange } from '../../../audit.ts'
import type { Clock } from '../../../clock.ts'
import { ApiError } from '../../../failures.ts'
import { nameSchema } from '../../../names.ts'
import type { FieldProblem } from '../../../field-problem.ts'
import type { Actor } from '../../../people/actor.ts'
import type { Enrolments } from '../../../people/enrolments.ts'
import type { Factor, PasskeyCredential } from '../../../people/factor.ts'
import type { Person } from '../../../people/person.ts'
import type { Passkeys } from '../../../people/passkeys.ts'
import { newRecoveryCodes, recoveryCodeHash } from '../../../people/recovery-codes.ts'
import type { Sessions, SignedIn } from '../../../people/sessions.ts'
import { totpStep, totpUri } from '../../../people/totp.ts'
import { renderPage } from '../../page/layout.tsx'
import { addCookie } from '../../cookies.ts'
import { enrolling, type GuardDeps } from '../guard.ts'
import { relyingParty } from '../second-factor/relying-party.ts'
import { factorTarget } from './factor-pages.tsx'
import { AuthenticatorPage, factorsPath, PasskeyPage, RecoveryCodesPage, shownCodes } from './factors.tsx'
import { run, type Work } from '../../../work.ts'

/** Enough for all devices of a person, and a bound for the page. */
const factorsMost = 20

type NewFactor = Pick<Factor, 'id' | 'personId' | 'name' | 'createdAt'>

export interface EnrolmentPagesDeps extends GuardDeps {
  audit: GuardDeps['audit'] & AuditedChange
  sessions: GuardDeps['sessions'] & Pick<Sessions, 'renew'>
  factors: GuardDeps['factors'] & {
    addTotp(factor: NewFactor, secret: string, lastStep: number): Work<void>
    addPasskey(factor: NewFactor, credentialId: string, credential: PasskeyCredential): Work<void>
    setRecoveryCodes(personId: string, hashes: readonly string[]): Work<void>
  }
  enrolments: Pick<Enrolments, 'secretFor' | 'end'>
  passkeys: Pick<Passkeys, 'creationOptions' | 'created'>
  clock: Pick<Clock, 'now'>
}

/** Adding a second factor. Also open to whoever has to, before anything else. */
export const enrolmentPages = (deps: EnrolmentPagesDeps) => {
  const { audit, clock, config, enrolments, factors, passkeys, sessions } = deps

  const find = async (request: Request): Promise<SignedIn> => {
    const found = await run(sessions.find(request))
    if (!found) throw new ApiError('sign_in_needed')
    return found
  }
  /** The person for the frame of the page; null where nothing else is open to them. */
  const framed = async (request: Request, person: Person) =>
    (await run(sessions.person(request))) ? person : null

  const nameOf = (typed: string | undefined) => {
    const given = nameSchema.safeParse(typed)
    if (given.success) return { name: given.data }
    return { error: { sentence: given.error.issues[0]?.message ?? '', field: 'name' } }
  }
  const requireRoom = function* (personId: string) {
    if ((yield* factors.list(personId)).length < factorsMost) return
    throw new ApiError('conflict', { detail: `You can have at most ${factorsMost} second factors.` })
  }

  /**
   * Stores a factor, and with the first one recovery codes, which it returns. The session has passed its second factor
   * by that.
   */
  const add = async (
    found: SignedIn,
    actor: Actor,
    { kind, name, ...options }: Pick<Factor, 'kind' | 'name'> & { operationId?: string },
    store: (factor: NewFactor) => Work<void>,
  ) => {
    const { person } = found
    const now = clock.now()
    return await run(
      audit.change(
        function* () {
          yield* actor.confirm()
          yield* requireRoom(person.id)
          const codes = (yield* factors.list(person.id)).length === 0 ? newRecoveryCodes() : []
          yield* store({ id: crypto.randomUUID(), personId: person.id, name, createdAt: now })
          if (codes.length > 0) yield* factors.setRecoveryCodes(person.id, codes.map(recoveryCodeHash))
          return { codes, cookie: yield* sessions.renew(found, { hasFactor: true }) }
        },
        {
          ...actedBy(actor, now),
          action: 'second_factor.added',
          agency: person.agencyId,
          target: factorTarget({ kind, name }),
          ...options,
        },
      ),
    )
  }

  const authenticatorPage = async (
    { person, request }: { person: Person; request: Request },
    host: string,
    name: string,
    error?: FieldProblem,
  ) => {
    const secret = enrolments.secretFor(person.id)
    const uri = totpUri(secret, person.email, host)
    return renderPage(
      <AuthenticatorPage
        person={await framed(request, person)}
        uri={uri}
        secret={secret}
        name={name}
        error={error}
      />,
    )
  }

  return new Elysia({ name: 'enrolment-pages' })
    .use(enrolling(deps))
    .get(
      '/account/authenticator',
      async ({ person, request, server }) =>
        await authenticatorPage(
          { person, request },
          relyingParty({ request, server }, config).id,
          'Authenticator app',
        ),
    )
    .post(
      '/account/authenticator',
      async ({ actor, flash, once, person, readForm, redirect, request, server, set }) => {
        const { name: typed, code = '' } = await readForm()
        const options = await once(shownCodes)
        await run(actor.requireConfirmed())
        const found = await find(request)
        const { name, error } = nameOf(typed)
        const secret = enrolments.secretFor(found.person.id)
        const step = totpStep(secret, code.replaceAll(/\s/g, ''), clock.now())
        if (name === undefined || step === undefined) {
          set.status = 422
          const host = relyingParty({ request, server }, config).id
          return await authenticatorPage({ person, request }, host, typed ?? '', error ?? wrongCode)
        }
        const { codes, cookie } = await add(found, actor, { kind: 'totp', name, ...options }, (factor) =>
          factors.addTotp(factor, secret, step),
        )
        enrolments.end(found.person.id)
        addCookie(set, cookie)
        flash(`Added ${name} as a second factor.`)
        if (codes.length === 0) return redirect(factorsPath, 303)
        return renderPage(<RecoveryCodesPage person={person} codes={codes} />)
      },
      { parse: 'none' },
    )
    .get('/account/passkey', async ({ person, request, server }) => {
      const { id: host } = relyingParty({ request, server }, config)
      return renderPage(<PasskeyPage person={await framed(request, person)} host={host} />)
    })
    .get('/account/passkey/options', async ({ person, request, server, set }) => {
      const options = await passkeys.creationOptions(person, relyingParty({ request, server }, config))
      set.headers['content-type'] = 'application/json'
      return JSON.stringify(options)
    })
    .post(
      '/account/passkey',
      async ({ actor, flash, once, person, readForm, redirect, request, server, set }) => {
        const { name: typed, passkey = '' } = await readForm()
        const options = await once(shownCodes)
        await run(actor.requireConfirmed())
        const rp = relyingParty({ request, server }, config)
        const { name, error } = nameOf(typed)
        const created = name === undefined ? undefined : await passkeys.created(person, passkey, rp)
        await run(actor.confirm())
        if (name === undefined || !created) {
          set.status = 422
          const said = error ?? { sentence: 'The passkey could not be added. Try again.' }
          const shown = { person: await framed(request, person), host: rp.id, name: typed, error: said }
          return renderPage(<PasskeyPage {...shown} />)
        }
        const { codes, cookie } = await add(
          await find(request),
          actor,
          { kind: 'passkey', name, ...options },
          (factor) => factors.addPasskey(factor, created.credentialId, created.credential),
        )
        addCookie(set, cookie)
        flash(`Added ${name} as a second factor.`)
        if (codes.length === 0) return redirect(factorsPath, 303)
        return renderPage(<RecoveryCodesPage person={person} codes={codes} />)
      },
      { parse: 'none' },
    )
}

const wrongCode: FieldProblem = {
  field: 'code',
  sentence:
    'The code is wrong. Check that the app has this key and that the time on both devices is right, then enter the present code.',
}
