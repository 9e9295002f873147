// A request as it is typed: no client that tidies the path, adds a header, or reads less than there is.
import { once } from 'node:events'
import { connect, type AddressInfo, type Socket } from 'node:net'
import type { TestService } from './test-service.ts'

export interface RawAnswer {
  status: number
  /** Names in small letters. */
  headers: Record<string, string>
  body: Buffer
}

export interface RawClient {
  port: number
  /** `path` goes out as it is. */
  request: (method: string, path: string, headers?: Record<string, string>) => Promise<RawAnswer>
}

/** Makes the service listen on 127.0.0.1 and asks it over sockets. */
export async function listenRaw ({ server }: TestService): Promise<RawClient> {
  await server.listen({ host: '127.0.0.1', port: 0 })
  const { port } = server.server.address() as AddressInfo
  return {
    port,
    async request (method, path, headers = {}) {
      const lines = Object.entries({ host: `127.0.0.1:${port}`, connection: 'close', ...headers }).map((
        [name, value]
      ) => `${name}: ${value}\r\n`)
      const socket = connect(port, '127.0.0.1')
      socket.write(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n`)
      return parse(await readAll(socket))
    },
  }
}

export async function readAll (socket: Socket): Promise<Buffer> {
  const chunks: Buffer[] = []
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
  })
  await once(socket, 'close')
  return Buffer.concat(chunks)
}

/** One answer without chunked coding. */
export function parse (bytes: Buffer): RawAnswer {
  const end = bytes.indexOf('\r\n\r\n')
  const [first = '', ...lines] = bytes.subarray(0, end).toString('latin1').split('\r\n')
  const headers = Object.fromEntries(
    lines.map((
      line
    ) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
  )
  return { status: Number(first.split(' ')[1]), headers, body: bytes.subarray(end + 4) }
}
