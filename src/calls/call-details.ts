export const sentiments = ['positive', 'neutral', 'negative'] as const
/** Who answered. A machine is a voicemail, a phone menu or a fax; `unknown` if the provider could not tell. */
export const answeredBy = ['human', 'machine', 'unknown'] as const

export type AnsweredBy = (typeof answeredBy)[number]

export interface TranscriptLine {
  role: 'agent' | 'human'
  content: string
}

/** The details that a provider reports at the end of a call or later; null until then. */
export interface CallDetails {
  summary: string | null
  sentiment: (typeof sentiments)[number] | null
  transcript: TranscriptLine[] | null
  /**
   * Set while the provider keeps a recording: `kept` if the provider's id of the call finds it, otherwise its address.
   * Never a signed link: that expires, and opens the recording to whoever has it.
   */
  recordingRef: string | null
  /** In hundredths of the currency (ISO 4217). */
  costCents: number | null
  currency: string | null
  /** What the agent found out, the provider's verdict, and transfers, by the provider's own names. */
  analysis: Record<string, unknown> | null
}

/** The name by which an agent's analysis says that the person asked not to be called again. */
const optOut = 'opt_out'
/** Vendors nest what an agent collected in objects of their own. */
const optOutDepthMost = 4

/** True where an analysis says `opt_out`: true, itself or as the `value` or `result` of a collected item. */
export const saysOptOut = (analysis: unknown, depth = 0): boolean => {
  if (typeof analysis !== 'object' || analysis === null || depth === optOutDepthMost) return false
  const { [optOut]: said, name, ...others } = analysis as Record<string, unknown>
  if (isYes(said) || (name === optOut && isYes(others))) return true
  return Object.values(others).some((part) => saysOptOut(part, depth + 1))
}

/** Some vendors collect texts alone. */
const isYes = (said: unknown): boolean => {
  if (typeof said !== 'object' || said === null) return said === true || said === 'true'
  const { value, result } = said as Record<string, unknown>
  return [value, result].some((each) => each === true || each === 'true')
}

export const noDetails: CallDetails = {
  summary: null,
  sentiment: null,
  transcript: null,
  recordingRef: null,
  costCents: null,
  currency: null,
  analysis: null,
}
