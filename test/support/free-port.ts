// Ports for servers that are stopped and started again at the same address, or whose address is known before
// they listen.
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that the kernel gives to outgoing connections, on Linux from 32768. */
const [FIRST, LAST] = [15_000, 32_000]

/**
 * A port on 127.0.0.1 that nothing listens on, that no other test gets until this process ends, and that the
 * kernel gives to no one who asks for any port. One that it gave for port 0 could be anyone's as soon as it
 * is closed: outgoing connections get such ports, also those of a client that tries to reach this very port.
 */
export async function freePort (): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    const claim = await claimed(port)
    if (claim === undefined) continue
    const server = createServer()
    try {
      await once(server.listen(port), 'listening')
    } catch {
      claim.close()
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}

/** Claims the port: its number in UDP, which no server of a test uses. Undefined: it is someone else's. */
async function claimed (port: number): Promise<Socket | undefined> {
  const socket = createSocket('udp4').unref()
  try {
    socket.bind({ port, address: '127.0.0.1', exclusive: true })
    await once(socket, 'listening')
    return socket
  } catch {
    socket.close()
    return undefined
  }
}
