export const sentiments = ['positive', 'neutral', 'negative'] as const
/** Who picked up. A machine is a voicemail, a menu or a fax; `unknown` is what a provider that looked could not tell. */
export const answeredBy = ['human', 'machine', 'unknown'] as const

export type AnsweredBy = (typeof answeredBy)[number]

export interface TranscriptLine {
  role: 'agent' | 'human'
  content: string
}

/** What a provider may tell about a call, at its end or later; null until it does. */
export interface CallDetails {
  summary: string | null
  sentiment: (typeof sentiments)[number] | null
  transcript: TranscriptLine[] | null
  recordingUrl: string | null
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
  recordingUrl: null,
  costCents: null,
  currency: null,
  analysis: null,
}
