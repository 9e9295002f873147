// Ports for servers that are stopped and started again at the same address, or whose address is known before
// they listen.
import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that the kernel gives to outgoing connections, on Linux from 32768. */
const [FIRST, LAST] = [15_000, 32_000]

/**
 * A port on 127.0.0.1 that nothing listens on, and that the kernel gives to no one who asks for any port.
 * One that it gave for port 0 could be anyone's as soon as it is closed: outgoing connections get such ports,
 * also those of a client that tries to reach this very port.
 */
export async function freePort (): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    const server = createServer()
    try {
      await once(server.listen(port, '127.0.0.1'), 'listening')
    } catch {
      continue
    }
    server.close()
    await once(server, 'close')
    return port
  }
}
