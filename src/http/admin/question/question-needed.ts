import { ApiError } from '../../../failures.ts'
import type { Question } from '../../../people/actor.ts'
import type { Viewer } from '../../page/layout.tsx'

/** A form that would end something, and whoever has to agree to that. */
export interface AskedForm extends Question {
  person: Viewer
  path: string
  fields: Readonly<Record<string, string>>
  /** The page of ours that the form was on. */
  cameFrom: string
}

/** The form was not performed. Its page asks whether it should be, and carries it until then. */
export class QuestionNeeded extends ApiError {
  constructor(readonly form: AskedForm) {
    super('agreement_needed')
  }
}

/** The field that holds the consequence that a person agreed to. */
export const agreedField = 'agreed'

export const withoutAgreement = (fields: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).filter(([name]) => name !== agreedField))
