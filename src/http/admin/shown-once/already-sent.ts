import { ApiError } from '../../../failures.ts'
import { onceField } from '../../page/form.tsx'
import type { Viewer } from '../../page/layout.tsx'

/** What the response to a form showed, and that no page shows again. */
export interface ShownOnce {
  /** With its verb, at the beginning of a sentence: "A signing secret is". */
  what: string
  isPlural?: boolean
  /** What to do for whoever did not store it, in the middle of a sentence. */
  lost: { href: string; label: string }
}

export interface SentForm extends ShownOnce {
  person: Viewer
}

/** The form was sent a second time, as by a reload of the response that showed a secret. Nothing was done. */
export class AlreadySent extends ApiError {
  constructor(readonly form: SentForm) {
    super('conflict', { detail: 'This form was already sent, so nothing was done.' })
  }
}

export const withoutOnce = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name !== onceField))
