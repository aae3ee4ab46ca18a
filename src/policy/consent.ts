import { ApiError } from '../failures.ts'
import type { Fence } from './fence.ts'

export const consent: Fence = ({ order, policy: { rules } }) =>
  rules.consentRequired && !order.hasConsent ? new ApiError('consent_required') : undefined
