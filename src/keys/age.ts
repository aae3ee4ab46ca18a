const dayMs = 86_400_000
/** The age at which a key is due for rotation. */
export const rotateAfterDays = 90

export const ageDays = (createdAt: number, now: number) => Math.max(0, Math.floor((now - createdAt) / dayMs))

/** Keys created before this time are due for rotation now. */
export const dueIfMadeBefore = (now: number) => now - rotateAfterDays * dayMs
