interface Outcome {
  /** What happened, for people. */
  what: string
  /** False where the attack succeeded. */
  held: boolean
}

/** Carries out attacks one after the other, and prints a line for each. */
export const createAttacks = () => {
  let held = true
  let tried = 0
  return {
    attack: async (attempt: string, carryOut: () => Promise<Outcome>) => {
      const outcome = await carryOut().catch((error: unknown): Outcome => ({
        held: false,
        what: `the script failed: ${String(error)}`,
      }))
      tried++
      held &&= outcome.held
      process.stdout.write(`${outcome.held ? 'held' : 'BROKEN'}: ${attempt}: ${outcome.what}\n`)
    },
    end: () => {
      process.stdout.write(`${tried} attacks, ${held ? 'none succeeded' : 'not all held'}\n`)
      process.exitCode = held ? 0 : 1
    },
  }
}
