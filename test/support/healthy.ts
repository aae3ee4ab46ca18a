import { newTotpSecret } from '../../src/people/totp.ts'
import { createGate, type Gate } from './gate.ts'
import { enter } from './page.ts'
import { atOnce } from '../../src/work.ts'

/** A gate in which nothing is wrong, and an operator of it. */
export const createHealthy = () => {
  const gate = createGate({ allowPrivateDestinations: false })
  atOnce(gate.services.people.setFactorAudience('operators'))
  const operator = withFactor(gate, enter(gate, { role: 'operator' }))
  const visit = (path: string, cookie = operator.cookie) => gate.request(path, { headers: { cookie } })
  return { gate, operator, visit }
}

export const withFactor = (gate: Gate, entered: ReturnType<typeof enter>) => {
  const { id: personId } = entered.person
  const factor = { id: crypto.randomUUID(), personId, name: 'Phone', createdAt: gate.clock.now() }
  atOnce(gate.services.factors.addTotp(factor, newTotpSecret(), 0))
  return entered
}
