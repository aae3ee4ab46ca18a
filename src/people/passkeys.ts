import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server'
import type { Clock } from '../clock.ts'
import { Challenges } from './challenges.ts'
import type { Factor, PasskeyCredential } from './factor.ts'
import type { Person } from './person.ts'
import { run, type Work } from '../work.ts'

/** The relying party of WebAuthn: the host name that passkeys belong to, and the origins of our pages. */
export interface RelyingParty {
  id: string
  origins: string[]
}

export interface Passkey {
  factor: Factor
  credentialId: string
  credential: PasskeyCredential
}

interface PasskeyStore {
  passkeys(personId: string): Work<Passkey[]>
  findPasskey(credentialId: string): Work<Passkey | undefined>
}

/** Loaded at first use: a start needs none of it, and its ASN.1 classes register themselves by this polyfill. */
const load = async () => {
  await import('reflect-metadata')
  return import('@simplewebauthn/server')
}

/** The ceremonies of WebAuthn. The person must be verified by the device, so that a passkey is two factors at once. */
export class Passkeys {
  readonly #store: PasskeyStore
  readonly #challenges: Challenges

  constructor(store: PasskeyStore, clock: Pick<Clock, 'monotonic'>) {
    this.#store = store
    this.#challenges = new Challenges(clock)
  }

  /** The options for `navigator.credentials.create`, as JSON. */
  async creationOptions({ id, email }: Person, rp: RelyingParty) {
    const { generateRegistrationOptions } = await load()
    return generateRegistrationOptions({
      rpName: 'callgate',
      rpID: rp.id,
      userID: new TextEncoder().encode(id),
      userName: email,
      challenge: this.#challenges.issue(`create ${id}`),
      excludeCredentials: (await run(this.#store.passkeys(id))).map(descriptor),
      authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
    })
  }

  /** The new credential in a browser's response; undefined where it is not valid. */
  async created(
    { id }: Person,
    text: string,
    rp: RelyingParty,
  ): Promise<Omit<Passkey, 'factor'> | undefined> {
    const { verifyRegistrationResponse } = await load()
    const response = parsed<RegistrationResponseJSON>(text)
    const expected = this.#expected(rp, `create ${id}`)
    const result = await orUndefined(() => verifyRegistrationResponse({ response, ...expected }))
    if (!result?.verified || !this.#use(response, `create ${id}`)) return undefined
    const { id: credentialId, publicKey, counter, transports = [] } = result.registrationInfo.credential
    if (await run(this.#store.findPasskey(credentialId))) return undefined
    const key = Buffer.from(publicKey).toString('base64url')
    return { credentialId, credential: { publicKey: key, counter, transports } }
  }

  /** The options for `navigator.credentials.get`, as JSON: of one person, or of whoever has a passkey for this host. */
  async requestOptions(rp: RelyingParty, person?: Person) {
    const { generateAuthenticationOptions } = await load()
    return generateAuthenticationOptions({
      rpID: rp.id,
      challenge: this.#challenges.issue(requestBy(person)),
      allowCredentials: person ? (await run(this.#store.passkeys(person.id))).map(descriptor) : [],
      userVerification: 'required',
    })
  }

  /** The passkey that signed a browser's response, with its new counter; undefined where the response is not valid. */
  async signed(text: string, rp: RelyingParty, person?: Person): Promise<Passkey | undefined> {
    const { verifyAuthenticationResponse } = await load()
    const response = parsed<AuthenticationResponseJSON>(text)
    const found =
      typeof response?.id === 'string' ? await run(this.#store.findPasskey(response.id)) : undefined
    if (!found || !isOf(found, response, person)) return undefined
    const { publicKey, counter } = found.credential
    // A counter that did not grow, of a copied authenticator, is rejected (WebAuthn §6.1.1).
    const key = new Uint8Array(Buffer.from(publicKey, 'base64url'))
    const credential = { id: found.credentialId, publicKey: key, counter }
    const expected = this.#expected(rp, requestBy(person))
    const result = await orUndefined(() =>
      verifyAuthenticationResponse({ response, credential, ...expected }),
    )
    if (!result?.verified || !this.#use(response, requestBy(person))) return undefined
    return { ...found, credential: { ...found.credential, counter: result.authenticationInfo.newCounter } }
  }

  #expected(rp: RelyingParty, purpose: string) {
    return {
      expectedChallenge: (challenge: string) => this.#challenges.isValid(challenge, purpose),
      expectedOrigin: rp.origins,
      expectedRPID: rp.id,
      requireUserVerification: true,
    }
  }

  #use({ response }: { response: { clientDataJSON: string } }, purpose: string) {
    const { challenge } = JSON.parse(Buffer.from(response.clientDataJSON, 'base64url').toString()) as {
      challenge: string
    }
    return this.#challenges.use(challenge, purpose)
  }
}

const requestBy = (person: Person | undefined) => (person ? `get ${person.id}` : 'get')

const descriptor = ({ credentialId, credential }: Passkey) => ({
  id: credentialId,
  transports: credential.transports as never[],
})

/** WebAuthn §7.2, step 6: the credential is the person's, and so is the user handle, where there is one. */
const isOf = ({ factor }: Passkey, { response }: AuthenticationResponseJSON, person: Person | undefined) => {
  const handle = response?.userHandle
  const owner = handle ? Buffer.from(handle, 'base64url').toString() : factor.personId
  return owner === factor.personId && (person === undefined || person.id === factor.personId)
}

/** The library checks the shape. */
const parsed = <T>(text: string): T => {
  try {
    return JSON.parse(text) as T
  } catch {
    return {} as T
  }
}

/** The library throws for everything that is wrong with a response. */
const orUndefined = async <T>(verify: () => Promise<T>): Promise<T | undefined> => {
  try {
    return await verify()
  } catch {
    return undefined
  }
}
