import { describe, expect, test } from 'bun:test'
import type { ApiError } from '../../src/failures.ts'
import { commandLineActor } from '../../src/people/actor.ts'
import { providerKinds } from '../../src/providers/kinds.ts'
import { listProviders, removeProvider, testProvider } from '../../src/providers/operations/account.ts'
import { setProvider } from '../../src/providers/operations/set.ts'
import { adminOf } from '../support/actors.ts'
import { loseSecret } from '../support/lost-secret.ts'
import { temporaryDirectory } from '../support/directory.ts'
import { json, serving } from '../support/fakes/serving.ts'
import { createGate } from '../support/gate.ts'
import { atOnce } from '../../src/work.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const whose = { agency: 'Acme', provider: 'http' }
const somewhere = 'https://dialler.example'

const open = (options: Parameters<typeof createGate>[0] = {}) => {
  const gate = createGate({ publicUrl: 'https://gate.test', ...options })
  const { accounts, audit, perform } = gate.services
  const kept = (provider = 'http') => {
    const account = atOnce(accounts.findFor(gate.agency.id, provider))
    return account && { baseUrl: account.baseUrl, credentials: accounts.open(account) }
  }
  const lines = () => atOnce(audit.list({ limit: 9 })).map(({ action, target }) => [action, target])
  const set = (input: object, actor = commandLineActor) => perform(setProvider, { ...whose, ...input }, actor)
  return { ...gate, perform, kept, lines, set }
}

const failureOf = (doing: Promise<unknown>): Promise<ApiError> =>
  doing.then(
    () => {
      throw new Error('it was done')
    },
    (error: ApiError) => error,
  )

describe('an account that is saved', () => {
  test('has worked, and shows where its hook is and a secret that was made, once', async () => {
    using dialler = await serving(json({ ok: true }))
    const { agency, kept, lines, perform, services, set } = open()
    const saved = await set({ base_url: `${dialler.url}/` }, adminOf(agency.id))
    const { id } = atOnce(services.accounts.findFor(agency.id, 'http')) ?? {}
    expect(saved).toEqual({
      id: String(id),
      hook_url: `https://gate.test/hooks/http/${id}`,
      hook_secret: expect.stringMatching(/^whsec_/),
    })
    expect(kept()).toEqual({ baseUrl: dialler.url, credentials: { hook_secret: saved.hook_secret ?? '' } })
    expect(dialler.seen).toHaveLength(1)
    expect(lines()).toEqual([['provider.saved', 'Your own dialler']])

    const again = await set({})
    expect(again).toEqual({ id: saved.id, hook_url: saved.hook_url })
    expect(await perform(listProviders, { agency: 'Acme' }, adminOf(agency.id))).toEqual([
      {
        id: saved.id,
        provider: 'http',
        base_url: dialler.url,
        credentials: { hook_secret: `…${saved.hook_secret?.slice(-4)}` },
        hook_url: saved.hook_url,
        saved_at: '2026-01-15T12:00:00.000Z',
      },
    ])
  })

  test('says when no provider elsewhere can reach its hook', async () => {
    const { set } = open({ publicUrl: null })
    const { notice } = await set({ base_url: somewhere, unchecked: true })
    expect(notice).toContain('Set CALLGATE_PUBLIC_URL')
  })

  test('keeps its address where that is left out, and has the usual one where it is blank or null', async () => {
    const { kept, perform } = open()
    const credential = {
      api_key: '7d0f2c9e-5b1a-4c38-8e6f-90ab12cd34ef',
      hook_secret: 'a-hook-secret-of-24-characters',
    }
    const set = (input: object) =>
      perform(
        setProvider,
        { agency: 'Acme', provider: 'vapi', credential, unchecked: true, ...input },
        commandLineActor,
      )
    await set({ base_url: 'https://eu.vapi.example' })
    await set({ credential: { api_key: 'the-next-key' } })
    expect(kept('vapi')).toEqual({
      baseUrl: 'https://eu.vapi.example',
      credentials: { api_key: 'the-next-key', hook_secret: 'a-hook-secret-of-24-characters' },
    })
    for (const base_url of [' ', null]) {
      await set({ base_url: 'https://eu.vapi.example' })
      await set({ base_url })
      expect(kept('vapi')?.baseUrl).toBeNull()
    }
  })

  test('under another secret than before keeps its address and id, and no credential', async () => {
    using directory = temporaryDirectory()
    const before = open({ path: directory.database })
    const { id } = await before.set({ base_url: somewhere, unchecked: true })
    loseSecret(directory.database, 'quite another secret, 32 or more')
    const after = open({ path: directory.database, secret: 'quite another secret, 32 or more' })
    const agency = before.agency.id
    const saved = await after.set({ agency, unchecked: true })
    expect(saved).toMatchObject({ id, hook_secret: expect.stringMatching(/^whsec_/) })
    const account = atOnce(after.services.accounts.findFor(agency, 'http'))
    expect(account?.baseUrl).toBe(somewhere)
    expect(account && after.services.accounts.open(account)).toEqual({ hook_secret: saved.hook_secret ?? '' })
  })

  test('is what it was when whoever saves it was removed while the provider was asked', async () => {
    const { agency, kept, lines, set } = open()
    let isRemoved = false
    using dialler = await serving(() => {
      isRemoved = true
      return json({ ok: true })
    })
    const leaving = {
      ...adminOf(agency.id),
      *confirm() {
        if (isRemoved) throw new Error('removed')
      },
    }
    expect((await failureOf(set({ base_url: dialler.url }, leaving))).message).toBe('removed')
    expect(kept()).toBeUndefined()
    expect(lines()).toEqual([])
  })
})

describe('an account is refused', () => {
  test.each([
    [{ credential: { api_key: 'x' }, base_url: somewhere }, 'accepts only these credentials: hook_secret'],
    [{ credential: { hook_secret: 'sesame' }, base_url: somewhere }, 'hook_secret has the wrong form'],
    [{ credential: { hook_secret: secret } }, 'needs a base URL'],
    [{ credential: { hook_secret: secret }, base_url: 'dialler.example' }, 'it is not a valid URL'],
    [{ provider: 'simulator' }, 'provider must be one of vapi, retell'],
    [{ credential: { [secret]: 7 }, base_url: somewhere }, 'A credential must be a text.'],
  ])(
    'for its form (%j), in a sentence that repeats nothing, before anyone is asked',
    async (input, sentence) => {
      const { kept, lines, set } = open({ allowPrivateDestinations: false })
      const failure = await failureOf(set(input))
      expect(failure.reason).toBe('invalid_input')
      expect(failure.message).toContain(sentence)
      for (const given of ['sesame', secret]) expect(failure.message).not.toContain(given)
      expect(kept()).toBeUndefined()
      expect(lines()).toEqual([])
    },
  )

  test('by its provider, is not saved, and the earlier one stays', async () => {
    using dialler = await serving(json({}, 401))
    const { kept, lines, set } = open()
    await set({ credential: { hook_secret: secret }, base_url: dialler.url, unchecked: true })
    const before = kept()
    const failure = await failureOf(set({ credential: { hook_secret: `${secret}AAAA` } }))
    expect(failure).toMatchObject({
      reason: 'conflict',
      message: 'Your own dialler rejected these credentials (it responded with 401).',
    })
    expect(kept()).toEqual(before)
    expect(lines()).toHaveLength(1)
  })

  test('where it is another agency’s, as if there were none', async () => {
    const { kept, perform, services, set } = open()
    await set({ credential: { hook_secret: secret }, base_url: somewhere, unchecked: true })
    const other = atOnce(services.agencies.create('Other', 'agency', 0))
    expect(await perform(listProviders, { agency: 'Other' }, adminOf(other.id))).toEqual([])
    for (const doing of [
      perform(setProvider, whose, adminOf(other.id)),
      perform(testProvider, whose, adminOf(other.id)),
      perform(removeProvider, whose, adminOf(other.id)),
    ])
      expect((await failureOf(doing)).reason).toBe('not_found')
    expect(kept()).toBeDefined()
  })
})

test.each(providerKinds.map((kind) => [kind.name, kind] as const))(
  'what %s repeats of a credential when it is asked whether that works is told to nobody, whoever asks',
  async (provider, { credentials }) => {
    const { agency, database, perform } = open()
    const words = { message: secret, error: secret, detail: { message: secret } }
    const valueOf = (name: string) => {
      if (name.endsWith('_header')) return 'x-proof'
      if (name === 'api_key_sid') return `SK${'0'.repeat(32)}`
      return name.endsWith('_sid') ? `AC${'0'.repeat(32)}` : secret
    }
    const credential = Object.fromEntries(credentials.map(({ name }) => [name, valueOf(name)]))
    for (const status of [200, 400, 401, 500]) {
      using parrot = await serving(json(words, status))
      const input = { agency: 'Acme', provider, credential, base_url: parrot.url }
      for (const actor of [commandLineActor, adminOf(agency.id)]) {
        const refused = await failureOf(perform(setProvider, input, actor))
        await perform(setProvider, { ...input, unchecked: true }, actor)
        const failed = await failureOf(perform(testProvider, { agency: 'Acme', provider }, actor))
        expect([refused.reason, failed.reason]).toEqual(['conflict', 'conflict'])
        expect(refused.message).toBe(failed.message)
        expect(refused.message).not.toContain(secret)
      }
      expect(parrot.seen.length).toBeGreaterThanOrEqual(4)
    }
    expect(Buffer.from(database.sqlite.serialize()).includes(secret)).toBe(false)
  },
)

describe('an account that is there', () => {
  test('is tested as it is saved, without a line in the audit', async () => {
    using dialler = await serving(json({ ok: true }))
    const { lines, perform, set } = open()
    await set({ credential: { hook_secret: secret }, base_url: dialler.url, unchecked: true })
    expect(await perform(testProvider, whose, commandLineActor)).toEqual({ provider: 'http', works: true })
    expect(dialler.seen).toHaveLength(1)
    expect(lines()).toHaveLength(1)
  })

  test('is tested once at a time', async () => {
    using dialler = await serving(json({ ok: true }))
    const { perform, set } = open()
    await set({ credential: { hook_secret: secret }, base_url: dialler.url, unchecked: true })
    const [one, two] = [0, 1].map(() => perform(testProvider, whose, commandLineActor))
    expect(await failureOf(two as Promise<unknown>)).toMatchObject({
      reason: 'conflict',
      message: 'A test of this account is in progress. Wait for its result.',
    })
    expect(await one).toMatchObject({ works: true })
    expect(await perform(testProvider, whose, commandLineActor)).toMatchObject({ works: true })
  })

  test('is removed with what that ends said before; one that is not there is not found', async () => {
    const { kept, lines, perform, set } = open()
    await set({ base_url: somewhere, unchecked: true })
    expect(await perform.preview(removeProvider, whose, commandLineActor)).toBe(
      'Calls of agents at your own dialler will fail, and callgate can no longer track or end calls in progress.',
    )
    expect(
      await perform.preview(setProvider, { ...whose, base_url: somewhere }, commandLineActor),
    ).toBeUndefined()
    expect(kept()).toBeDefined()
    expect(await perform(removeProvider, whose, commandLineActor)).toEqual({
      provider: 'http',
      removed: true,
    })
    expect(kept()).toBeUndefined()
    expect(lines()[0]).toEqual(['provider.removed', 'Your own dialler'])
    for (const doing of [
      perform(testProvider, whose, commandLineActor),
      perform(removeProvider, whose, commandLineActor),
    ])
      expect(await failureOf(doing)).toMatchObject({
        reason: 'not_found',
        detail: 'No http account is connected.',
      })
  })
})

test('every credential that can be made is one that the answer shows', () => {
  const shown = Object.keys((setProvider.output as unknown as { shape: object }).shape)
  const made = providerKinds.flatMap(({ credentials }) => credentials.filter(({ make }) => make))
  expect(made).not.toBeEmpty()
  for (const { name } of made) expect(shown).toContain(name)
})
