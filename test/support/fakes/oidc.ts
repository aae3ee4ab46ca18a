import { createHash, randomUUID } from 'node:crypto'
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'

/** A grant that waits for its code to be redeemed. */
interface Grant {
  nonce: string
  challenge: string
  redirectUri: string
}

/** A small OpenID Connect provider on loopback. It redeems a code once, for the right client and the right PKCE verifier. */
export const startFakeOidc = async () => {
  const client = { id: 'callgate', secret: 'a client secret that is made up' }
  const [signing, foreign] = await Promise.all([generateKeyPair('RS256'), generateKeyPair('RS256')])
  const publicKey = { ...(await exportJWK(signing.publicKey)), kid: 'one', alg: 'RS256', use: 'sig' }
  const grants = new Map<string, Grant>()
  const asked: string[] = []
  /** What a test changes of the provider's ways. */
  const ways = {
    person: { email: 'ops@example.com', email_verified: true } as JWTPayload,
    /** Claims in place of the right ones. */
    claims: {} as JWTPayload,
    /** Signs with a key that is not among the published ones. */
    forges: false,
    /** Keeps the e-mail address out of the ID token, as some do. */
    byUserInfo: false,
    authMethods: undefined as string[] | undefined,
    status: 200,
  }

  const idTokenFor = ({ nonce }: Grant, issuer: string) =>
    new SignJWT({ nonce, sub: 'person-1', ...(ways.byUserInfo ? {} : ways.person), ...ways.claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'one' })
      .setIssuer(typeof ways.claims.iss === 'string' ? ways.claims.iss : issuer)
      .setAudience(typeof ways.claims.aud === 'string' ? ways.claims.aud : client.id)
      .setIssuedAt(ways.claims.iat)
      .setExpirationTime(ways.claims.exp ?? '5m')
      .sign(ways.forges ? foreign.privateKey : signing.privateKey)

  const redeem = async (request: Request, issuer: string) => {
    const form = new URLSearchParams(await request.text())
    const basic = request.headers.get('authorization')?.replace('Basic ', '')
    const [id, secret] = basic
      ? atob(basic)
          .split(':')
          .map((part) => decodeURIComponent(part.replaceAll('+', ' ')))
      : [form.get('client_id'), form.get('client_secret')]
    asked.push(`token by ${basic ? 'basic' : 'post'}`)
    const code = form.get('code') ?? ''
    const grant = grants.get(code)
    grants.delete(code)
    const challenge = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url')
    if (id !== client.id || secret !== client.secret)
      return Response.json({ error: 'invalid_client' }, { status: 401 })
    if (!grant || grant.challenge !== challenge || grant.redirectUri !== form.get('redirect_uri'))
      return Response.json({ error: 'invalid_grant' }, { status: 400 })
    const idToken = await idTokenFor(grant, issuer)
    return Response.json({ access_token: 'access', token_type: 'Bearer', id_token: idToken })
  }

  const server = Bun.serve({
    hostname: '127.0.0.1',
    port: 0,
    fetch: async (request): Promise<Response> => {
      const { pathname } = new URL(request.url)
      const issuer = server.url.origin
      asked.push(pathname)
      if (ways.status !== 200) return new Response('out of order', { status: ways.status })
      if (pathname === '/.well-known/openid-configuration')
        return Response.json({
          issuer,
          authorization_endpoint: `${issuer}/authorize`,
          token_endpoint: `${issuer}/token`,
          userinfo_endpoint: `${issuer}/userinfo`,
          jwks_uri: `${issuer}/keys`,
          response_types_supported: ['code'],
          subject_types_supported: ['public'],
          id_token_signing_alg_values_supported: ['RS256'],
          token_endpoint_auth_methods_supported: ways.authMethods,
        })
      if (pathname === '/keys') return Response.json({ keys: [publicKey] })
      if (pathname === '/userinfo') return Response.json({ sub: 'person-1', ...ways.person })
      if (pathname === '/token') return redeem(request, issuer)
      return new Response(null, { status: 404 })
    },
  })

  return {
    url: server.url.origin,
    client,
    ways,
    asked,
    /** Signs the person in at the provider's page; gives the address that it sends the browser back to. */
    authorize: (target: string) => {
      const { searchParams } = new URL(target)
      const of = (name: string) => searchParams.get(name) ?? ''
      if (of('client_id') !== client.id || of('code_challenge_method') !== 'S256')
        throw new Error('not our client')
      const code = randomUUID()
      grants.set(code, {
        nonce: of('nonce'),
        challenge: of('code_challenge'),
        redirectUri: of('redirect_uri'),
      })
      const back = new URL(of('redirect_uri'))
      back.search = new URLSearchParams({ code, state: of('state') }).toString()
      return back
    },
    [Symbol.asyncDispose]: () => server.stop(true),
  }
}
