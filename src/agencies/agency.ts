import type { Plan } from '../keys/keyring.ts'

export interface Agency {
  id: string
  name: string
  plan: Plan
  /** Wall-clock milliseconds, as all `…At`. */
  createdAt: number
}
