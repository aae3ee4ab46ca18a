import { bothSecretsMs } from '../webhooks/secret.ts'
import type { Vault } from './vault.ts'

/** The columns of a signing secret; `label` binds it to its owner. */
interface SecretColumns {
  sealed: string
  hint: string
  previousSealed: string | null
  previousUntil: number | null
}

export const sealedSecret = (vault: Vault, secret: string, label: string) => ({
  sealed: vault.seal(secret, label),
  hint: secret.slice(-4),
})

/** The columns after a rotation: the old secret signs as well for a day. */
export const replacedSecret = (
  vault: Vault,
  before: Pick<SecretColumns, 'sealed'>,
  secret: string,
  label: string,
  now: number,
): SecretColumns => ({
  ...sealedSecret(vault, secret, label),
  previousSealed: before.sealed,
  previousUntil: now + bothSecretsMs,
})

/** The secrets that sign at `now`, newest first. Throws `SealBroken` under another `CALLGATE_SECRET`. */
export const openSecrets = (
  vault: Vault,
  { sealed, previousSealed, previousUntil }: Omit<SecretColumns, 'hint'>,
  label: string,
  now: number,
): string[] => {
  const isBoth = previousSealed !== null && previousUntil !== null && now < previousUntil
  return (isBoth ? [sealed, previousSealed] : [sealed]).map((each) => vault.open(each, label))
}
