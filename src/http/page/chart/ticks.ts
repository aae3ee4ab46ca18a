/** A scale from 0 to the last tick. */
const intervalsMost = 3

/** Three or four round ticks from 0 to at least `top`, in equal steps of 1, 2 or 5 times a power of ten. */
export const roundTicks = (top: number): number[] => {
  let step = 1
  for (let power = 1; Math.ceil(top / step) > intervalsMost; power *= 10)
    step = [1, 2, 5].map((factor) => factor * power).find((one) => top / one <= intervalsMost) ?? 10 * power
  const intervals = Math.max(2, Math.ceil(top / step))
  return Array.from({ length: intervals + 1 }, (_, at) => at * step)
}
