import { goingTo } from './going-to.ts'

/** Carries the page to open after a step of signing in. */
export const NextField = ({ next }: { next: string }) => <input type="hidden" name={goingTo} value={next} />
