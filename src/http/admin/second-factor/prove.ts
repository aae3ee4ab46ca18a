import { actedBy, type AuditedChange, type AuditEntry } from '../../../audit.ts'
import type { CountDenial } from '../../../audit/denials.ts'
import type { Clock } from '../../../clock.ts'
import type { Actor } from '../../../people/actor.ts'
import { type Factor, factorTitles, type PasskeyCredential } from '../../../people/factor.ts'
import type { Passkeys, RelyingParty } from '../../../people/passkeys.ts'
import type { Person } from '../../../people/person.ts'
import type { CodeResult, SecondFactors } from '../../../people/second-factors.ts'
import { run, type Work } from '../../../work.ts'

export interface ProveDeps {
  audit: AuditedChange
  countDenial: CountDenial
  passkeys: Pick<Passkeys, 'signed' | 'requestOptions'>
  secondFactors: Pick<SecondFactors, 'check'>
  factors: { usePasskey(id: string, credential: PasskeyCredential, now: number): Work<boolean> }
  clock: Pick<Clock, 'now'>
}

/** A code as it was typed, or a browser's response of a passkey. */
export type Proof = { code: string } | { passkey: string }

interface ProveOptions {
  person: Person
  actor: Pick<Actor, 'name' | 'address' | 'confirm'>
  rp: RelyingParty
  /** False where a recovery code does not count. */
  recovery?: boolean
}

/** The result of `change`, or the reason why nothing was changed. */
export type Proved<T> = { done: T } | { refused: true; retryAfterSeconds?: number }

/**
 * Checks a second factor, and makes a change in the transaction that uses it up. `change` returns its audit entry
 * besides its result. Wrong factors are counted in the audit.
 */
export const createProve =
  ({ audit, countDenial, passkeys, secondFactors, factors, clock }: ProveDeps) =>
  async <T>(
    proof: Proof,
    { person, actor, rp, recovery = true }: ProveOptions,
    change: (used: string) => Work<{ done: T; entry?: Pick<AuditEntry, 'action' | 'target'> }>,
  ): Promise<Proved<T>> => {
    const passkey = 'passkey' in proof ? await passkeys.signed(proof.passkey, rp, person) : undefined
    const who = { ...actedBy(actor, clock.now()), agency: person.agencyId }
    const usePasskey = function* (): Work<CodeResult> {
      return passkey && (yield* factors.usePasskey(passkey.factor.id, passkey.credential, clock.now()))
        ? { used: passkey.factor }
        : { refused: true }
    }
    const useCode = (code: string) => secondFactors.check(person, code, actor.address, { recovery })

    const { made } = await run(
      audit.change(
        function* () {
          yield* actor.confirm()
          const checked = 'code' in proof ? yield* useCode(proof.code) : yield* usePasskey()
          if ('refused' in checked) return { made: checked }
          const { done, entry } = yield* change(describe(checked.used))
          return { made: { done }, entry }
        },
        ({ entry }) => entry && { ...who, ...entry },
      ),
    )
    const denial = { action: 'sign_in.failed', agency: person.agencyId, target: 'second factor' } as const
    if ('refused' in made) countDenial({ ...denial, actor })
    return made
  }

/** The used factor in an audit entry. */
const describe = (used: Factor | 'recovery code') =>
  used === 'recovery code' ? 'a recovery code' : `${factorTitles[used.kind]}: ${used.name}`
