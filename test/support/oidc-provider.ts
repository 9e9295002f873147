// A real provider of OpenID Connect, on a port of this machine; each visitor is signed in as the person that
// the test has put there.
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { errors, type Configuration } from 'oidc-provider'
import type { Test } from 'tap'

export const CLIENT = {
  OIDC_CLIENT_ID: 'perfbook',
  OIDC_CLIENT_SECRET: 'a secret that the provider has given',
}

const KEY = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' })

/** What the provider says about a person. */
export interface Person {
  email?: string
  email_verified?: boolean | string
}

export interface TestProvider {
  issuer: string
  /** The person at the browser; null: one who selects "cancel". */
  person: Person | null
  /** Lets a client in that comes back to this address. Until then the provider does not answer as one. */
  register: (redirectUri: string, options?: Configuration) => void
  /** From now on it answers as something that has broken. */
  close: () => void
}

/** Stops with the test. */
export async function startProvider (t: Test): Promise<TestProvider> {
  let provider: Provider | undefined
  const people = new Map<string, Person>()
  const server = createServer((request, response) => {
    if (provider === undefined) response.writeHead(502).end()
    else if (request.url!.startsWith('/interaction/')) void finish(provider)
    else void provider.callback()(request, response)

    async function finish (known: Provider): Promise<void> {
      const subject = `person-${people.size}`
      if (shown.person !== null) people.set(subject, shown.person)
      await known.interactionFinished(
        request,
        response,
        shown.person === null ? { error: 'access_denied' } : { login: { accountId: subject } }
      )
    }
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  t.teardown(() =>
    new Promise<void>((resolve) => {
      server.close(() => {
        resolve()
      })
      server.closeAllConnections()
    })
  )
  const shown: TestProvider = {
    issuer: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    person: null,
    close () {
      provider = undefined
    },
    register (redirectUri, options = {}) {
      provider = new Provider(shown.issuer, {
        clients: [{
          client_id: CLIENT.OIDC_CLIENT_ID,
          client_secret: CLIENT.OIDC_CLIENT_SECRET,
          redirect_uris: [redirectUri],
          ...options.clientDefaults,
        }],
        claims: { openid: ['sub'], email: ['email', 'email_verified'] },
        findAccount: (context, subject) => ({
          accountId: subject,
          claims: async () => ({ sub: subject, ...people.get(subject) }),
        }),
        features: { devInteractions: { enabled: false } },
        interactions: { url: (context, { uid }) => `/interaction/${uid}` },
        pkce: { required: () => true },
        cookies: { keys: ['a key'] },
        jwks: { keys: [{ ...KEY, use: 'sig', alg: 'RS256' }] },
        // The person is not asked whether the service may see their email address.
        async loadExistingGrant (context) {
          const { oidc } = context
          if (oidc.client === undefined || oidc.session?.accountId === undefined) {
            throw new errors.InvalidRequest('no one is signed in')
          }
          const grant = new oidc.provider.Grant({
            clientId: oidc.client.clientId,
            accountId: oidc.session.accountId,
          })
          grant.addOIDCScope('openid email')
          await grant.save()
          return grant
        },
        ...options,
      })
    },
  }
  return shown
}
