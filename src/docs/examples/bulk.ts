/** Triggers a call for each number. Run it again to trigger only the missing ones. */
import { createClient } from 'callgate/client'

const { CALLGATE_URL: baseUrl = '', CALLGATE_KEY: key = '' } = process.env
const client = createClient({ baseUrl, key })

await client.triggerAll(
  process.argv.slice(2).map((phone_number) => ({ phone_number })),
  {
    idempotencyKey: ({ phone_number }) => `spring-${phone_number}`,
    onResult: ({ order, triggered, error }) =>
      console.log(order.phone_number, triggered?.call_id ?? `${error?.code}: ${error?.message}`),
  },
)
