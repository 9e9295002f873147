// Tokens of an embedding application, over HTTP: what is let in, and what is not.
import { createHmac, createPublicKey } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  exportJWK,
  exportSPKI,
  generateKeyPair,
  SignJWT,
  UnsecuredJWT,
  type CryptoKey,
  type JWTPayload,
} from 'jose'
import t, { type Test } from 'tap'
import { createApplicationTokens } from '../../../src/accounts/application-tokens.ts'
import {
  disableUser,
  startTestService,
  TEACHER,
  type TestService,
  type TestServiceOptions,
} from '../../support/test-service.ts'

const SECRET = 'a secret of thirty-two bytes, or more'
const GIVEN = { JWT_AUDIENCE: 'perfbook', JWT_ISSUER: 'https://app.example' }
const CLAIMS = { iss: GIVEN.JWT_ISSUER, aud: GIVEN.JWT_AUDIENCE, email: TEACHER }
const HOUR_S = 3600

interface Signing {
  key: CryptoKey | Uint8Array
  alg: string
  kid?: string
}

const bySecret: Signing = { key: new TextEncoder().encode(SECRET), alg: 'HS256' }
const inAnHour = () => Math.floor(Date.now() / 1000) + HOUR_S

async function sign (
  claims: JWTPayload & Record<string, unknown>,
  { key, alg, kid }: Signing = bySecret
): Promise<string> {
  return await new SignJWT({ exp: inAnHour(), ...claims }).setProtectedHeader({
    alg,
    ...(kid === undefined ? {} : { kid }),
  }).sign(key)
}

async function start (
  t: Test,
  settings: Record<string, string>,
  options: TestServiceOptions = {}
): Promise<TestService> {
  const service = await startTestService(t, {
    courses: [{ teachers: [{ email: TEACHER }, { email: 'roster@example.edu' }] }],
    ...options,
    settings: { ...GIVEN, ...settings },
  })
  await service.services.accounts.add({ email: TEACHER, role: 'teacher' })
  return service
}

/** The email of the user that the token identifies, or the code of the refusal. */
async function whoIs ({ call }: TestService, token: string): Promise<string> {
  const answer = (await call('GET', '/api/session', { token })).json()
  return answer.email ?? answer.code
}

/** Publishes keys; `status` is what it answers. */
async function publish (t: Test) {
  const shown = { keys: [] as object[], status: 200, asked: 0, url: '' }
  const server = createServer((request, response) => {
    shown.asked++
    response.writeHead(shown.status, { 'content-type': 'application/json' }).end(
      JSON.stringify({ keys: shown.keys })
    )
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() => {
    server.close()
  })
  shown.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/keys`
  return shown
}

async function newKey (
  alg: string,
  kid: string
): Promise<Signing & { key: CryptoKey, jwk: object, pem: string }> {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true })
  return {
    key: privateKey,
    alg,
    kid,
    jwk: { ...await exportJWK(publicKey), kid },
    pem: await exportSPKI(publicKey),
  }
}

t.test('signed with the shared secret', async (t) => {
  const service = await start(t, { JWT_SECRET: SECRET })
  const now = Math.floor(Date.now() / 1000)
  t.equal(await whoIs(service, await sign(CLAIMS)), TEACHER)
  t.equal(
    await whoIs(
      service,
      await sign({
        ...CLAIMS,
        email: ' Teacher@EXAMPLE.edu',
        aud: ['other', 'perfbook'],
        email_verified: true,
      })
    ),
    TEACHER
  )
  t.equal(
    await whoIs(service, await sign({ ...CLAIMS, email: 'roster@example.edu' })),
    'roster@example.edu',
    'a teacher of a roster'
  )
  t.equal(
    (await service.call('POST', '/api/courses/1/performance/export', { token: await sign(CLAIMS) })).status,
    202,
    'a bearer needs no origin'
  )
  t.match(
    await whoIs(service, await service.token('admin')),
    'admin@example.edu',
    'our own tokens work beside'
  )

  const other: Signing = { key: new TextEncoder().encode(SECRET.replace('a', 'b')), alg: 'HS256' }
  const [head, body, signature] = (await sign(CLAIMS)).split('..') as [string, string, string]
  const altered = Buffer.from(JSON.stringify({ ...CLAIMS, exp: inAnHour(), email: 'admin@example.edu' }))
    .toString('base64url')
  const bad: Record<string, string> = {
    expired: await sign({ ...CLAIMS, exp: now - 10 }),
    'not yet good': await sign({ ...CLAIMS, nbf: now + 60 }),
    'for ever': await sign({ ...CLAIMS, exp: undefined }),
    'another audience': await sign({ ...CLAIMS, aud: 'other' }),
    'no audience': await sign({ ...CLAIMS, aud: undefined }),
    'another issuer': await sign({ ...CLAIMS, iss: 'https://app.example/' }),
    'no issuer': await sign({ ...CLAIMS, iss: undefined }),
    'another secret': await sign(CLAIMS, other),
    'another algorithm': await sign(CLAIMS, {
      ...bySecret,
      alg: 'HS512',
      key: new TextEncoder().encode(SECRET.repeat(2)),
    }),
    'no signature': new UnsecuredJWT({ ...CLAIMS, exp: inAnHour() }).encode(),
    'none by another spelling': `${Buffer.from('{"alg":"NONE"}').toString('base64url')}.${body}.`,
    'a signature that was cut off': `${head}.${body}.`,
    'other claims below the signature': `${head}.${altered}.${signature}`,
    'an email that is marked unverified': await sign({ ...CLAIMS, email_verified: false }),
    'the same, as a word': await sign({ ...CLAIMS, email_verified: 'false' }),
    'a word for true': await sign({ ...CLAIMS, email_verified: 'true' }),
    'a number for true': await sign({ ...CLAIMS, email_verified: 1 }),
    'nothing for verified': await sign({ ...CLAIMS, email_verified: null }),
    'good for longer than a day': await sign({ ...CLAIMS, exp: now + 24 * HOUR_S + 60 }),
    'good until the year 33,658': await sign({ ...CLAIMS, exp: 999_999_999_999 }),
    'good for longer than numbers go': await sign({ ...CLAIMS, exp: 1e308 }),
    'issued in the future': await sign({ ...CLAIMS, iat: now + 60 }),
    'issued after it expires': await sign({ ...CLAIMS, exp: now - 3, iat: now - 2 }),
    'issued before there was time': await sign({ ...CLAIMS, iat: -1 }),
    'issued at a word': await sign({ ...CLAIMS, iat: 'now' } as unknown as JWTPayload),
    'not good before a word': await sign({ ...CLAIMS, nbf: 'now' } as unknown as JWTPayload),
    'good until a word': await sign({ ...CLAIMS, exp: 'tomorrow' } as unknown as JWTPayload),
    'an unknown email': await sign({ ...CLAIMS, email: 'nobody@example.edu' }),
    'no email': await sign({ ...CLAIMS, email: undefined }),
    'an email that is not text': await sign({ ...CLAIMS, email: [TEACHER] }),
    'a scope that is none': await sign({ ...CLAIMS, scope: ['read'] }),
    'no JWT': 'a.b.c',
  }
  const users = (await service.services.accounts.list()).length
  for (const [what, token] of Object.entries(bad)) {
    t.equal(await whoIs(service, token), 'UNAUTHENTICATED', what)
  }
  t.equal((await service.services.accounts.list()).length, users, 'no account was made')
  await disableUser(service.services.accounts, TEACHER)
  t.equal(await whoIs(service, await sign(CLAIMS)), 'UNAUTHENTICATED', 'disabled')
})

t.test('scopes: what the token names and the role has; all of the role where it names none', async (t) => {
  const service = await start(t, { JWT_SECRET: SECRET })
  await service.token('admin')
  const codes = async (claims: object) =>
    await Promise.all(
      ([['GET', '/api/courses'], ['POST', '/api/courses/1/performance/export'], [
        'GET',
        '/api/users',
      ]] as const)
        .map(async ([method, path]) =>
          (await service.call(method, path, { token: await sign({ ...CLAIMS, ...claims }) })).status
        )
    )
  t.strictSame(await codes({}), [200, 202, 403], 'a teacher')
  t.strictSame(await codes({ scope: 'read export import admin' }), [200, 202, 403], 'no more than the role')
  t.strictSame(await codes({ scope: 'openid read' }), [200, 403, 403])
  t.strictSame(await codes({ scope: 'openid' }), [403, 403, 403])
  t.strictSame(await codes({ email: 'admin@example.edu' }), [200, 202, 200])
  t.strictSame(await codes({ email: 'admin@example.edu', scope: 'export' }), [403, 202, 403])
})

t.test('the longest lifetime of a token is a setting', async (t) => {
  const service = await start(t, { JWT_SECRET: SECRET, JWT_MAX_HOURS: '0.5' })
  const now = Math.floor(Date.now() / 1000)
  t.equal(await whoIs(service, await sign({ ...CLAIMS, iat: now, exp: now + HOUR_S / 2 })), TEACHER)
  t.equal(await whoIs(service, await sign({ ...CLAIMS, exp: now + HOUR_S / 2 + 60 })), 'UNAUTHENTICATED')
  const day = await start(t, { JWT_SECRET: SECRET })
  t.equal(
    await whoIs(day, await sign({ ...CLAIMS, iat: now, exp: now + 24 * HOUR_S })),
    TEACHER,
    'a day by default'
  )
})

t.test('the email is in another claim', async (t) => {
  const service = await start(t, { JWT_SECRET: SECRET, JWT_USER_CLAIM: 'sub' })
  t.equal(await whoIs(service, await sign({ ...CLAIMS, sub: TEACHER, email: undefined })), TEACHER)
  t.equal(await whoIs(service, await sign(CLAIMS)), 'UNAUTHENTICATED')
})

t.test('signed with a private key, of which the public one is published', async (t) => {
  const published = await publish(t)
  const rsa = await newKey('RS256', 'one')
  const keys = [
    rsa,
    await newKey('ES256', 'two'),
    await newKey('EdDSA', 'three'),
    await newKey('PS384', 'four'),
  ]
  published.keys = keys.map(({ jwk }) => jwk)
  const service = await start(t, { JWT_JWKS_URL: published.url })
  for (const key of keys) t.equal(await whoIs(service, await sign(CLAIMS, key)), TEACHER, key.alg)
  t.equal(published.asked, 1)

  const confused = (secret: string | Buffer) => {
    const signed = `${Buffer.from('{"alg":"HS256","kid":"one"}').toString('base64url')}.${
      Buffer.from(JSON.stringify({ ...CLAIMS, exp: inAnHour() })).toString('base64url')
    }`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  const stranger = await newKey('RS256', 'one')
  const bad: Record<string, string> = {
    'the public key as a secret': confused(rsa.pem),
    'the same, as bytes': confused(createPublicKey(rsa.pem).export({ type: 'spki', format: 'der' })),
    'the same, as published': confused(JSON.stringify(rsa.jwk)),
    none: new UnsecuredJWT({ ...CLAIMS, exp: inAnHour() }).encode(),
    'another key by the same name': await sign(CLAIMS, stranger),
    'a key that the token brings itself': await new SignJWT({ ...CLAIMS, exp: inAnHour() })
      .setProtectedHeader({ alg: 'RS256', jwk: stranger.jwk, jku: published.url }).sign(stranger.key),
    'the algorithm of another key': await sign(CLAIMS, { ...keys[1]!, kid: 'one' }),
    expired: await sign({ ...CLAIMS, exp: 1 }, rsa),
    'another audience': await sign({ ...CLAIMS, aud: 'other' }, rsa),
    'another issuer': await sign({ ...CLAIMS, iss: 'other' }, rsa),
  }
  for (const [what, token] of Object.entries(bad)) {
    t.equal(await whoIs(service, token), 'UNAUTHENTICATED', what)
  }
  for (let i = 0; i < 5; i++) {
    t.equal(await whoIs(service, await sign(CLAIMS, { ...stranger, kid: `made up ${i}` })), 'UNAUTHENTICATED')
  }
  t.equal(published.asked, 1, 'names of keys that are made up are not asked for at once')
})

t.test('the application changes its keys; and they cannot be fetched', async (t) => {
  const published = await publish(t)
  const [old, next] = [await newKey('ES256', 'old'), await newKey('ES256', 'next')]
  published.keys = [old.jwk]
  const service = await start(t, { JWT_JWKS_URL: published.url })
  const { db, clock: { now } } = service.services
  const log: object[] = []
  const tokens = createApplicationTokens({
    db,
    now,
    log: {
      warn: (facts) => {
        log.push(facts)
      },
    },
    keys: { url: published.url, cooldownMs: 0 },
    audience: 'perfbook',
    issuer: GIVEN.JWT_ISSUER,
    userClaim: 'email',
    maxHours: 24,
  })
  t.match(await tokens.authenticate(await sign(CLAIMS, old)), { email: TEACHER })
  published.keys = [next.jwk]
  t.match(
    await tokens.authenticate(await sign(CLAIMS, next)),
    { email: TEACHER },
    'an unknown name: asked again'
  )
  t.equal(
    await tokens.authenticate(await sign(CLAIMS, old)),
    undefined,
    'what is published no more is worth nothing'
  )

  published.status = 500
  const answer = await service.call('GET', '/api/session', { token: await sign(CLAIMS, next) })
  t.match(answer.json(), { statusCode: 503, code: 'ISSUER_UNAVAILABLE' })
  t.equal(answer.headers['retry-after'], '10')
  published.status = 200
  t.equal(await whoIs(service, await sign(CLAIMS, next)), TEACHER, 'asked again')
})

t.test('not set up: a JWT identifies no user', async (t) => {
  const service = await startTestService(t)
  t.equal(await whoIs(service, await sign(CLAIMS)), 'UNAUTHENTICATED')
})
