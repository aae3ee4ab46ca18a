import { describe, expect, test } from 'bun:test'
import { join } from 'node:path'
import { mintWebhookSecret, signedHeaders } from '../../src/webhooks/secret.ts'
import { temporaryDirectory } from '../support/directory.ts'

const examples = join(import.meta.dir, '../../src/docs/examples')
const body = JSON.stringify({ event: 'call_ended', summary: 'Grüße, "quoted" and 👋' })

/** One run of an example over a delivery: true when it took it for valid. */
type Verify = (secret: string, headers: Record<string, string>, text: string) => Promise<boolean>

const run = async (command: string[], env: Record<string, string>, cwd: string) => {
  const child = Bun.spawn(command, {
    cwd,
    env: { PATH: Bun.env.PATH ?? '', ...env },
    stdout: 'pipe',
    stderr: 'pipe',
  })
  const text = await new Response(child.stdout).text()
  return (await child.exited) === 0 && text.trim().endsWith('valid')
}

const typescript: Verify = (secret, headers, text) =>
  run(
    [
      process.execPath,
      '-e',
      `import { verified } from '${examples}/verify.ts'
       verified(process.env.BODY, new Headers(JSON.parse(process.env.HEADERS)))
       console.log('valid')`,
    ],
    { WEBHOOK_SECRET: secret, BODY: text, HEADERS: JSON.stringify(headers) },
    examples,
  )

const python: Verify = (secret, headers, text) =>
  run(
    [
      'python3',
      '-c',
      'import json, os; from verify import verified; verified(os.environ["BODY"].encode(), json.loads(os.environ["HEADERS"])); print("valid")',
    ],
    {
      WEBHOOK_SECRET: secret,
      BODY: text,
      HEADERS: JSON.stringify(headers),
      PYTHONPATH: examples,
      PYTHONDONTWRITEBYTECODE: '1',
    },
    examples,
  )

const shell: Verify = async (secret, headers, text) => {
  using directory = temporaryDirectory()
  await Bun.write(join(directory.path, 'body.json'), text)
  const given = {
    ID: headers['webhook-id'] ?? '',
    TIMESTAMP: headers['webhook-timestamp'] ?? '',
    SIGNATURE: headers['webhook-signature'] ?? '',
  }
  return await run(['sh', `${examples}/verify.sh`], { WEBHOOK_SECRET: secret, ...given }, directory.path)
}

const has = (program: string) => Bun.which(program) !== null

for (const [language, verify, runs] of [
  ['TypeScript', typescript, true],
  ['Python', python, has('python3')],
  ['curl and openssl', shell, has('openssl')],
] as const)
  describe.if(runs)(`the ${language} example`, () => {
    test('takes a delivery for valid, also one signed with two secrets', async () => {
      const [secret, other] = [mintWebhookSecret(), mintWebhookSecret()]
      expect(await verify(secret, signedHeaders([secret], 'msg_1', Date.now(), body), body)).toBe(true)
      expect(await verify(secret, signedHeaders([other, secret], 'msg_1', Date.now(), body), body)).toBe(true)
    })

    test('refuses another secret, another body, another id and an old delivery', async () => {
      const secret = mintWebhookSecret()
      const headers = signedHeaders([secret], 'msg_1', Date.now(), body)
      expect(await verify(mintWebhookSecret(), headers, body)).toBe(false)
      expect(await verify(secret, headers, `${body} `)).toBe(false)
      expect(await verify(secret, { ...headers, 'webhook-id': 'msg_2' }, body)).toBe(false)
      const old = signedHeaders([secret], 'msg_1', Date.now() - 10 * 60_000, body)
      expect(await verify(secret, old, body)).toBe(false)
    })
  })
