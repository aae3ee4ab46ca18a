const dayMs = 86_400_000
/** From this age on people are reminded to rotate a key. */
export const rotateAfterDays = 90

export const ageDays = (createdAt: number, now: number) => Math.max(0, Math.floor((now - createdAt) / dayMs))

/** When a key must have been made to be due for rotation now. */
export const dueIfMadeBefore = (now: number) => now - rotateAfterDays * dayMs
