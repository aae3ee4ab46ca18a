import { expect, test } from 'bun:test'
import { join } from 'node:path'
import { mintWebhookSecret, signedHeaders } from '../../src/webhooks/secret.ts'
import { docsDirectory } from '../support/docs.ts'

const program = join(docsDirectory, 'examples/receive.mjs')

/** The receiver on a free port, which it says in its first line. */
const receive = async (secret: string) => {
  const child = Bun.spawn([Bun.which('node') ?? process.execPath, program, '0'], {
    env: { WEBHOOK_SECRET: secret },
    stdout: 'pipe',
  })
  const reader = child.stdout.getReader()
  const nextLine = async () => new TextDecoder().decode((await reader.read()).value).trim()
  return {
    url: (await nextLine()).replace('listening on ', ''),
    nextLine,
    [Symbol.asyncDispose]: async () => {
      child.kill()
      await child.exited
    },
  }
}

test('the receiver of the documentation takes what callgate signed, and nothing else', async () => {
  const secret = mintWebhookSecret()
  await using receiver = await receive(secret)
  const { url, nextLine } = receiver
  const body = JSON.stringify({
    event: 'call_ended',
    call_id: 'c1',
    status: 'completed',
    summary: 'Grüße 👋',
  })
  const post = async (headers: Record<string, string>, text = body) =>
    (await fetch(url, { method: 'POST', headers, body: text })).status
  const signed = (at: number) => signedHeaders([secret], 'msg_1', at, body)
  const now = Date.now()
  expect(await post(signed(now))).toBe(204)
  expect(await nextLine()).toBe('verified: call_ended c1 completed')
  expect(await post(signed(now), body.replace('completed', 'failed'))).toBe(401)
  expect(await post(signed(now - 301_000))).toBe(401)
  expect(await post({})).toBe(401)
  expect(await post({ ...signed(now), 'webhook-signature': 'v1,' })).toBe(401)
})
