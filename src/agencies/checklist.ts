/** The steps of a new agency, in their order. */
const steps = ['agent', 'provider', 'key', 'call', 'webhook'] as const
export type Step = (typeof steps)[number]

export interface Progress {
  step: Step
  /** `next` is the first that is not done. */
  state: 'done' | 'next' | 'later'
}

/** What an agency has, in any of its environments. */
export type Has = Record<Step, boolean>

export const checklistOf = (has: Has): Progress[] => {
  const next = steps.find((step) => !has[step])
  return steps.map((step) => ({ step, state: has[step] ? 'done' : step === next ? 'next' : 'later' }))
}

export const isComplete = (checklist: Progress[]) => checklist.every(({ state }) => state === 'done')
