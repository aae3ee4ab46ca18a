import { Elysia } from 'elysia'
import { z } from 'zod'
import type { Clock } from '../clock.ts'
import type { Config } from '../config.ts'
import { ApiError } from '../failures.ts'
import type { LeakResult } from '../keys/leak.ts'
import { clientAddress } from './address.ts'
import { readJson } from './body.ts'
import { requireNoQuery } from './query.ts'
import { run, type Work } from '../work.ts'

interface LeaksDeps {
  /** Disables a found key, or revokes a found admin token. `where` is the finder's own text. */
  reportLeak(token: string, where: string, now: number, address: string | null): Work<LeakResult>
  /** The error for an address that has sent too many wrong keys. */
  countWrongKey(address: string | null): ApiError | undefined
  config: Pick<Config, 'trustedProxies'>
  clock: Pick<Clock, 'now'>
}

/** Below the number of wrong keys that an address may send per minute. */
const reportsMost = 50

const report = z.strictObject({ key: z.string().max(200), where: z.string().max(2000).nullish() })
export const leakReports = z.union([
  report.transform((one) => [one]),
  z.array(report).min(1).max(reportsMost),
])

/**
 * `POST /leaks`, for anyone who has found a key. A live key is disabled before the response, which says nothing that
 * the finder could not learn by using the key.
 */
export const leaks = ({ clock, config, countWrongKey, reportLeak }: LeaksDeps) =>
  new Elysia({ name: 'leaks' }).post(
    '/leaks',
    async ({ request, server, set }) => {
      requireNoQuery(request)
      const parsed = leakReports.safeParse(await readJson(request))
      if (!parsed.success) throw new ApiError('invalid_body', { detail: shape })
      const address = clientAddress(request, server, config.trustedProxies)
      const results = await Promise.all(
        parsed.data.map(
          async ({ key, where }) => await run(reportLeak(key, where ?? '', clock.now(), address)),
        ),
      )
      const count = (wanted: LeakResult) => results.filter((result) => result === wanted).length
      const unknown = count('unknown')
      for (let counted = 0; counted < unknown; counted++) {
        const refusal = countWrongKey(address)
        if (refusal) throw refusal
      }
      set.headers['cache-control'] = 'no-store'
      return {
        success: true as const,
        data: { received: parsed.data.length, switched_off: count('disabled') },
      }
    },
    { parse: 'none' },
  )

const shape = `it must be an object with key and where, or a list of at most ${reportsMost} of them`
