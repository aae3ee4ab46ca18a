import { ApiError } from '../failures.ts'
import type { Fence } from './fence.ts'

export const consent: Fence = function* ({ order, policy: { rules } }) {
  return rules.consentRequired && !order.hasConsent ? new ApiError('consent_required') : undefined
}
