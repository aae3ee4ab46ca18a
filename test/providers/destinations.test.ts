import { describe, expect, test } from 'bun:test'
import { run } from '../../src/cli/run.ts'
import { createSend, type Send } from '../../src/outgoing/send.ts'
import { parsePrivateDestination } from '../../src/outgoing/private-destinations.ts'
import { setProvider } from '../../src/providers/operations/set.ts'
import { vapi } from '../../src/providers/vapi.ts'
import { adminOf } from '../support/actors.ts'
import { startCanary } from '../support/canary.ts'
import { temporaryDataDir } from '../support/directory.ts'
import { answer, createGate } from '../support/gate.ts'
import { createOperator } from '../support/page.ts'
import { atOnce } from '../../src/work.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'

describe('an account never leads to this machine or its networks', () => {
  test('when it is saved on the page', async () => {
    using canary = await startCanary()
    const gate = createGate({ allowPrivateDestinations: false })
    const { post } = await createOperator(gate)
    const path = `/admin/agencies/${gate.agency.id}/integrations/providers/http`
    for (const [origin, reason] of [
      [`http://127.0.0.1:${canary.port}`, 'it must begin with https://'],
      [`https://127.0.0.1:${canary.port}`, 'its address is loopback'],
      [`https://localhost:${canary.port}`, 'its host name is local'],
    ] as const) {
      const refused = await post(path, { hook_secret: secret, base_url: origin })
      expect(refused.status).toBe(422)
      const html = await refused.text()
      expect(html).toContain(`This URL cannot be used: ${reason}.`)
      expect(html).toContain(`value="${origin}"`)
    }
    expect(atOnce(gate.services.accounts.list(gate.agency.id))).toEqual([])
    expect(canary.connections()).toBe(0)
    expect(atOnce(gate.services.audit.list({ limit: 1 }))).toMatchObject([
      {
        action: 'destination.refused',
        agencyId: gate.agency.id,
        target: `https://localhost:${canary.port}: This URL cannot be used: its host name is local.`,
      },
    ])
  })

  test('when its name leads there: it is not saved, and the audit says who tried', async () => {
    using canary = await startCanary()
    const network = parsePrivateDestination('10.0.0.0/8')
    const gate = createGate({ allowPrivateDestinations: network ? [network] : [] })
    const account = {
      agency: 'Acme',
      provider: 'http',
      base_url: `https://localhost:${canary.port}/secret-path`,
      credential: { hook_secret: secret },
    }
    await expect(gate.services.perform(setProvider, account, adminOf(gate.agency.id))).rejects.toMatchObject({
      reason: 'conflict',
      message: 'Your own dialler: is not allowed: its address is loopback.',
    })
    expect(atOnce(gate.services.accounts.list(gate.agency.id))).toEqual([])
    expect(canary.connections()).toBe(0)
    const [line] = atOnce(gate.services.audit.list({ limit: 1 }))
    expect(line).toMatchObject({ action: 'destination.refused', actor: 'admin@example.com' })
    expect(line?.target).not.toContain('secret-path')
  })

  test.each([
    ['false', 1, 'This URL cannot be used: it must begin with https://.\n'],
    ['true', 0, ''],
  ])(
    'when it is saved by a command, with CALLGATE_ALLOW_PRIVATE_DESTINATIONS=%s',
    async (allowed, code, said) => {
      using directory = temporaryDataDir()
      const command = async (...line: string[]) => {
        let out = ''
        let err = ''
        const env = {
          CALLGATE_DATA_DIR: directory.path,
          CALLGATE_ALLOW_PRIVATE_DESTINATIONS: allowed,
          CALLGATE_PUBLIC_URL: 'https://calls.example.com',
        }
        const io = {
          env,
          isTerminal: false,
          out: (text: string) => void (out += text),
          err: (text: string) => void (err += text),
        }
        return { code: await run([...line, '--json'], io), out, err }
      }
      const { out } = await command('agency', 'create', '--name', 'Acme', '--plan', 'agency')
      const { id } = JSON.parse(out) as { id: string }
      const account = [
        '--agency',
        id,
        '--provider',
        'http',
        '--base-url',
        'http://127.0.0.1:1',
        '--unchecked',
      ]
      expect(await command('provider', 'set', ...account)).toMatchObject({
        code,
        err: expect.stringContaining(said.trim()),
      })
    },
  )

  test('when it was saved while that was allowed: its calls fail, and say why', async () => {
    using canary = await startCanary()
    const gate = createGate({ allowPrivateDestinations: false })
    const { accounts, agents, calls, environments } = gate.services
    const agencyId = gate.agency.id
    const baseUrl = `https://127.0.0.1:${canary.port}`
    atOnce(accounts.save({ agencyId, provider: 'http', baseUrl, credentials: { hook_secret: secret } }, 1))
    const agent = atOnce(agents.create(agencyId, { name: 'Own', provider: 'http' }, 1))
    atOnce(environments.setDefaultAgent(gate.production.id, agent.id))
    const { call_id: id = '' } = await answer(await gate.trigger())
    await gate.clock.advance(0)
    expect(atOnce(calls.find(id))).toMatchObject({
      status: 'failed',
      reasonCode: 'provider_unreachable',
      reason: 'Your own dialler is not allowed: its address is loopback.',
    })
    expect(gate.services.leases.count(gate.production.id)).toBe(0)
    expect(canary.connections()).toBe(0)
  })

  test('by what the provider answers', async () => {
    using canary = await startCanary()
    const guarded = createSend({ allowPrivate: false })
    const call = {
      id: '7c0e7a9e-52c4-4b0f-8f7c-1f2e3d4c5b6a',
      status: 'in-progress',
      monitor: { controlUrl: `https://127.0.0.1:${canary.port}/control` },
    }
    const send: Send = async (url, request) =>
      url.startsWith('https://api.vapi.ai/')
        ? { kind: 'answered', status: 200, headers: new Headers(), body: Buffer.from(JSON.stringify(call)) }
        : guarded(url, request)
    const credentials = { api_key: 'key_1234567890', hook_secret: 'secret' }
    const provider = vapi.connect(
      { id: 'account', baseUrl: null, credentials, hookUrl: 'https://gate.test/hook' },
      { clock: { now: () => 1 }, timeoutMs: 300, send },
    )
    const reference = { id: 'ours', phoneNumber: '+15551234567', createdAt: 1, providerCallId: call.id }
    await expect(provider.end(reference)).rejects.toThrow(
      'Vapi did not hang up: is not allowed: its address is loopback.',
    )
    expect(canary.connections()).toBe(0)
  })
})
