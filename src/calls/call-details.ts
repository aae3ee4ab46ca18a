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

export const noDetails: CallDetails = {
  summary: null,
  sentiment: null,
  transcript: null,
  recordingRef: null,
  costCents: null,
  currency: null,
  analysis: null,
}
