import type { Services } from '../../../wiring.ts'
import type { OldKey } from './old-keys.tsx'

const dayMs = 86_400_000
/** The time that clients are remembered, and that an unused replaced key is still shown. */
const rememberedMs = 30 * dayMs
const oldKeyShownMs = dayMs

/** The clients of an environment's live key in the last 30 days, and those that still use old keys. */
export const keyUse = (
  { clock, keys, usage }: Pick<Services, 'clock' | 'keys' | 'usage'>,
  environmentId: string,
) => {
  const now = clock.now()
  const live = keys.live(environmentId)
  const uses = usage.uses(environmentId, now - rememberedMs)
  const tried = uses.filter(({ afterRotation, lastSeenAt }) => afterRotation > 0 && lastSeenAt > now - dayMs)
  const oldKeys = keys
    .replaced(environmentId, {
      since: now - oldKeyShownMs,
      or: [...new Set(tried.map(({ keyId }) => keyId))],
    })
    .map((key): OldKey => {
      const ofKey = uses.filter(({ keyId, afterRotation }) => keyId === key.id && afterRotation > 0)
      return { ...key, uses: ofKey }
    })
  return { live, uses: uses.filter(({ keyId }) => keyId === live?.id), oldKeys }
}
