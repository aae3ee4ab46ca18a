/**
 * What may have to wait for the database, and for nothing else: a function that asks a store returns it, and its caller
 * passes it on by `yield*`. The embedded database answers at once, so there it runs from beginning to end with nothing
 * in between, in one transaction or outside of any. A promise can't be waited for inside, by its type.
 */
export type Work<T> = Generator<Promise<unknown>, T, unknown>

/** The database's answer, waited for where it is a promise. */
export const wait = <T>(answer: T | Promise<T>): Work<T> =>
  answer instanceof Promise ? waitFor(answer) : (new Answer(answer) as unknown as Work<T>)

function* waitFor<T>(answer: Promise<T>): Work<T> {
  return (yield answer) as T
}

/** Work that is done: for every statement of the embedded database, where a generator costs several times as much. */
class Answer<T> {
  readonly value: T
  readonly done = true

  constructor(value: T) {
    this.value = value
  }

  next() {
    return this
  }

  throw(error: unknown): never {
    throw error
  }

  [Symbol.iterator]() {
    return this
  }
}

/** Does the work and resolves to its result. It begins before this returns. */
export const run = async <T>(work: Work<T>): Promise<T> => {
  let step = work.next()
  while (!step.done) step = await answerTo(work, step.value)
  return step.value
}

const answerTo = async <T>(
  work: Work<T>,
  asked: Promise<unknown>,
): Promise<IteratorResult<Promise<unknown>, T>> => {
  let answer: unknown
  try {
    answer = await asked
  } catch (error) {
    return work.throw(error)
  }
  return work.next(answer)
}

/** Does the work at once. Throws where it would have to wait: the embedded database never lets it. */
export const atOnce = <T>(work: Work<T>): T => {
  const step = work.next()
  if (step.done) return step.value
  throw new TypeError('this work has to wait')
}

/** The results of a piece of work for each item, one after another. */
export function* inTurn<Item, T>(items: Iterable<Item>, work: (item: Item) => Work<T>): Work<T[]> {
  const results: T[] = []
  for (const item of items) results.push(yield* work(item))
  return results
}

/** What a function returns that may do work or need none. */
export type MaybeWork<T> = T | Work<T>

export const finish = <T>(result: MaybeWork<T>): Work<T> => (isWork(result) ? result : wait<T>(result))

const isWork = <T>(result: MaybeWork<T> | Promise<T>): result is Work<T> =>
  typeof result === 'object' && result !== null && 'throw' in result && Symbol.iterator in result
