// A client that acts like a proxy in front of the nodes: it sends requests to them in turns, over keep-alive
// connections. If a connection is refused, so that no node has received the request, it tries the next node.
// It also does so if a connection is cut, or a stopping or broken node refuses, but only for idempotent
// requests (RFC 9110, 9.2.2). It never sends a POST twice, even if a kept connection is closed without a
// response. nginx and HAProxy do the same by default.
import { Agent, request, type IncomingMessage, type OutgoingHttpHeaders } from 'node:http'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

export interface ProxyAnswer {
  status: number
  headers: IncomingMessage['headers']
  bytes: Buffer
  json: () => any
  /** The address of the node that answered. */
  node: string
}

interface CallOptions {
  headers?: OutgoingHttpHeaders
  /** An object is sent as JSON. */
  body?: Buffer | object
  /** Only this node, without a second try. */
  node?: string
}

export interface Proxy {
  /** Undefined: the connection was cut, or no node accepted one. */
  call: (method: string, path: string, options?: CallOptions) => Promise<ProxyAnswer | undefined>
  /** The nodes from now on. */
  nodesAre: (addresses: readonly string[]) => void
  /** From now on, nodes that are not ready are asked only if there are no others. */
  checkHealth: () => void
  /** How often a request went to a second node. */
  retries: () => number
  close: () => void
}

const MAY_BE_REPEATED = ['GET', 'HEAD', 'PUT', 'DELETE', 'OPTIONS']
/** What a node says that another one may answer better. */
const TRY_NEXT = [502, 503, 504]

const CHECK_EVERY_MS = 50

export function createProxy (token: string): Proxy {
  const agent = new Agent({ keepAlive: true })
  const closing = new AbortController()
  let nodes: readonly string[] = []
  const notReady = new Set<string>()
  let turn = 0
  let retried = 0

  async function send (
    address: string, method: string, path: string, { headers, body }: CallOptions
  ): Promise<ProxyAnswer> {
    const bytes = body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body))
    const sent = request(`${address}${path}`, {
      method,
      agent,
      headers: {
        authorization: `Bearer ${token}`,
        ...body === undefined || Buffer.isBuffer(body) ? {} : { 'content-type': 'application/json' },
        ...headers,
      },
    })
    sent.end(bytes)
    const [response] = await once(sent, 'response') as [IncomingMessage]
    const chunks: Buffer[] = []
    for await (const chunk of response) chunks.push(chunk as Buffer)
    const all = Buffer.concat(chunks)
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      bytes: all,
      json: () => JSON.parse(all.toString()) as unknown,
      node: address,
    }
  }

  async function check (): Promise<void> {
    for (const node of nodes) {
      const answer = await send(node, 'GET', '/readyz', {}).catch(() => undefined)
      if (answer?.status === 200) notReady.delete(node)
      else notReady.add(node)
    }
  }

  return {
    async call (method, path, options = {}) {
      const inTurn = nodes.map((_, i) => nodes[(turn + i) % nodes.length] ?? '')
      const order = options.node !== undefined
        ? [options.node]
        : [
            ...inTurn.filter((node) => !notReady.has(node)), ...inTurn.filter((node) => notReady.has(node)),
          ]
      turn++
      const mayRepeat = MAY_BE_REPEATED.includes(method)
      let last: ProxyAnswer | undefined
      for (const [i, node] of order.entries()) {
        if (i > 0) retried++
        try {
          last = await send(node, method, path, options)
          if (!mayRepeat || !TRY_NEXT.includes(last.status)) return last
        } catch (error) {
          const mayHaveArrived = (error as { code?: string }).code !== 'ECONNREFUSED'
          if (!mayRepeat && mayHaveArrived) return undefined
        }
      }
      return last
    },
    nodesAre (addresses) {
      nodes = addresses
    },
    checkHealth () {
      void (async () => {
        while (!closing.signal.aborted) {
          await check()
          await delay(CHECK_EVERY_MS, undefined, { signal: closing.signal }).catch(() => {})
        }
      })()
    },
    retries: () => retried,
    close () {
      closing.abort()
      agent.destroy()
    },
  }
}
