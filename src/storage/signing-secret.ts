import { bothSecretsMs } from '../webhooks/secret.ts'
import type { Binding, Vault } from './vault.ts'

/** The columns of a signing secret. A binding names its owner, and the URL whose requests it signs. */
interface SecretColumns {
  sealed: string
  hint: string
  previousSealed: string | null
  previousUntil: number | null
}

export const sealedSecret = (vault: Vault, secret: string, binding: Binding) => ({
  sealed: vault.seal(secret, binding),
  hint: secret.slice(-4),
})

/** The columns after a rotation: the old secret signs as well for a day, unless it cannot be decrypted. */
export const replacedSecret = (
  vault: Vault,
  before: Pick<SecretColumns, 'sealed'>,
  secret: string,
  binding: Binding,
  now: number,
): SecretColumns => {
  const isKept = opened(vault, before.sealed, binding) !== undefined
  return {
    ...sealedSecret(vault, secret, binding),
    previousSealed: isKept ? before.sealed : null,
    previousUntil: isKept ? now + bothSecretsMs : null,
  }
}

/** The columns sealed for another URL. A secret that cannot be decrypted stays so until it is rotated. */
export const movedSecret = (
  vault: Vault,
  { sealed, previousSealed }: Pick<SecretColumns, 'sealed' | 'previousSealed'>,
  from: Binding,
  to: Binding,
) => {
  const anew = (text: string) => {
    const secret = opened(vault, text, from)
    return secret === undefined ? text : vault.seal(secret, to)
  }
  return { sealed: anew(sealed), previousSealed: previousSealed === null ? null : anew(previousSealed) }
}

/** The secrets that sign at `now`, newest first. Throws `SealBroken` under another `CALLGATE_SECRET`, or for another URL. */
export const openSecrets = (
  vault: Vault,
  { sealed, previousSealed, previousUntil }: Omit<SecretColumns, 'hint'>,
  binding: Binding,
  now: number,
): string[] => {
  const isBoth = previousSealed !== null && previousUntil !== null && now < previousUntil
  return (isBoth ? [sealed, previousSealed] : [sealed]).map((each) => vault.open(each, binding))
}

const opened = (vault: Vault, sealed: string, binding: Binding): string | undefined => {
  try {
    return vault.open(sealed, binding)
  } catch {
    return undefined
  }
}
