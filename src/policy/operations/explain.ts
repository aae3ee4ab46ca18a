import { z } from 'zod'
import type { Environment } from '../../agencies/environment.ts'
import type { CheckPolicy } from '../../calls/check-policy.ts'
import { phoneNumberPattern } from '../../calls/phone-number.ts'
import { ApiError } from '../../failures.ts'
import { environmentNameSchema } from '../../names.ts'
import { operation } from '../../operation/operation.ts'
import { zonesOfOrder } from '../calling-hours.ts'
import { kindInWords } from '../destination.ts'
import { fences } from '../fences.ts'
import { snakeCase } from '../rule-forms.ts'
import { isZone } from '../zones.ts'
import { inTurn } from '../../work.ts'

interface ExplainDeps {
  policy: Pick<CheckPolicy, 'asked'>
  config: { maxCallSeconds: number }
}

const noSuchNumber = new ApiError('invalid_input', {
  detail: 'phone_number must be in E.164 format, such as +14155550123.',
  param: 'phone_number',
})

export const explainPolicy = operation({
  name: 'policy.explain',
  summary: 'Says whether a number could be called now, and why not.',
  scope: 'environment',
  may: 'admin',
  input: {
    phone_number: z.string().max(20).meta({ description: 'In E.164 format', hint: '+1…' }),
    time_zone: z
      .string()
      .max(64)
      .refine(isZone, 'time_zone must be an IANA time zone, such as Europe/Berlin.')
      .optional()
      .meta({ description: 'The called person’s IANA time zone, if known', hint: 'zone' }),
  },
  example: { phone_number: '+14155550123' },
  output: z.object({
    environment: environmentNameSchema,
    allowed: z.boolean(),
    country: z.string().nullable().meta({ description: 'ISO 3166-1; null for a number of no country' }),
    kind: z.string().meta({ description: 'The kind of number' }),
    time_zones: z.array(z.string()).meta({ description: 'Where the person may be' }),
    rules: z.array(
      z.object({
        rule: z.string(),
        allows: z.boolean(),
        says: z.string().nullable().meta({ description: 'Why not' }),
      }),
    ),
  }),
  says: ({ allowed, country, kind, rules }) =>
    [
      `${allowed ? 'Allowed' : 'Not allowed'}: ${country ?? 'no country'}, ${kind}.`,
      ...rules.flatMap(({ says }) => (says === null ? [] : [`- ${says}`])),
    ].join('\n'),
  *run({ policy, config }: ExplainDeps, { environment, input, now }) {
    if (!phoneNumberPattern.test(input.phone_number)) throw noSuchNumber
    const asked = yield* policy.asked(trialOf(environment, input, now, config.maxCallSeconds), now)
    const { shut } = asked.number
    const rules = yield* inTurn(Object.entries(fences), function* ([name, fence]) {
      const refusal = yield* fence(asked)
      return { rule: snakeCase(name), allows: refusal === undefined, says: refusal?.message ?? null }
    })
    return {
      environment: environment.name,
      allowed: rules.every(({ allows }) => allows),
      country: asked.number.country,
      kind: shut === null ? 'usual numbers' : kindInWords(shut),
      time_zones: [...zonesOfOrder(asked.order, asked.policy.rules.timeZone)],
      rules,
    }
  },
})

/** A real call to the number at this time. Whether it would have consent cannot be known. */
const trialOf = (
  environment: Environment,
  { phone_number, time_zone }: { phone_number: string; time_zone?: string | undefined },
  now: number,
  maxCallSeconds: number,
) => ({
  agencyId: environment.agencyId,
  environmentId: environment.id,
  provider: '',
  phoneNumber: phone_number,
  timeZone: time_zone ?? null,
  consent: { basis: 'explained', at: null, reference: null },
  createdAt: now,
  expiresAt: now + maxCallSeconds * 1000,
})
