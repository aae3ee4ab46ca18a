/** What operators are told of, and why. */
export const alertKinds = {
  budget_threshold: 'A budget has reached 50, 80 or 100 percent',
  new_country: 'The first call to a country',
  new_numbers: 'Many calls to numbers that were never called before',
  shut_number: 'A call to a kind of number that is shut, such as a premium number, was refused',
} as const

export type AlertKind = keyof typeof alertKinds
