import { alerts } from './alerts.ts'
import { api } from './api.ts'
import { calls } from './calls.ts'
import { doNotCall } from './do-not-call.ts'
import type { Fault } from './fault.ts'
import { keys } from './keys.ts'
import { limits } from './limits.ts'
import { operations } from './operations.ts'
import { outgoing } from './outgoing.ts'
import { page } from './page.ts'
import { people } from './people.ts'
import { policies } from './policy.ts'
import { providers } from './providers.ts'
import { secondFactors } from './second-factors.ts'
import { storage } from './storage.ts'
import { webhooks } from './webhooks.ts'

export const faults: readonly Fault[] = [
  ...alerts,
  ...limits,
  ...keys,
  ...storage,
  ...calls,
  ...policies,
  ...doNotCall,
  ...providers,
  ...operations,
  ...outgoing,
  ...page,
  ...people,
  ...secondFactors,
  ...webhooks,
  ...api,
]
