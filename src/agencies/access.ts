import { ApiError } from '../failures.ts'

/**
 * Who disabled API access, from the weakest to the strongest: an admin of the agency, an alert of its policy, a report
 * that the key leaked, an operator. A weaker one never replaces a stronger one.
 */
export const accessDisablers = ['admin', 'policy', 'leak', 'operator'] as const
export type AccessDisabler = (typeof accessDisablers)[number]

export const strongerDisabler = (a: AccessDisabler | null, b: AccessDisabler): AccessDisabler =>
  a !== null && accessDisablers.indexOf(a) > accessDisablers.indexOf(b) ? a : b

/** What a new key leaves of it: the old key can no longer be misused, so the agency's admins can enable access. */
export const afterRotation = (by: AccessDisabler | null): AccessDisabler | null =>
  by === 'policy' || by === 'leak' ? 'admin' : by

/** How API access of an environment stands. */
export interface Access {
  accessDisabledBy: AccessDisabler | null
  /** The time of a report that the live key leaked; null without a report or a key. */
  leakedAt: number | null
}

/** The reason why somebody in this role cannot enable access, as a sentence that says who can; undefined without one. */
export const whyAccessIsLocked = (
  { accessDisabledBy, leakedAt }: Access,
  role: 'operator' | 'admin',
): string | undefined => {
  if (accessDisabledBy === null) return undefined
  if (accessDisabledBy === 'operator' && role === 'admin')
    return 'An operator disabled API access, and only an operator can enable it. Ask the operator of this server.'
  if (leakedAt !== null)
    return 'The key was reported as leaked. Rotate it; then you can enable API access with the new key.'
  if (accessDisabledBy === 'policy' && role === 'admin')
    return 'An alert disabled API access. Rotate the key to enable it again, or ask the operator of this server.'
  return undefined
}

/** Fails with `access_locked` where somebody in this role cannot enable access. */
export const requireUnlockedAccess = (access: Access, role: 'operator' | 'admin') => {
  const detail = whyAccessIsLocked(access, role)
  if (detail !== undefined) throw new ApiError('access_locked', { detail })
}
