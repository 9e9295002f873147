// Ports for servers that are stopped and started again at the same address, or whose address is known before
// they listen.
import { once } from 'node:events'
import { createServer, type Server } from 'node:net'

/** Below the ports that the kernel gives to outgoing connections, on Linux from 32768. */
const [FIRST, LAST] = [15_000, 32_000]
/**
 * Whoever listens on a port here has claimed it on 127.0.0.1 too, also while its server is stopped. All of
 * 127.0.0.0/8 is this machine, and no server of a test listens on this address. macOS does not have it.
 */
const CLAIMS = '127.0.0.2'

/**
 * A port on 127.0.0.1 that nothing listens on, that no other test gets until this process ends, and that the
 * kernel gives to no one who asks for any port. One that it gave for port 0 could be anyone's as soon as it
 * is closed: outgoing connections get such ports, also those of a client that tries to reach this very port.
 */
export async function freePort (): Promise<number> {
  for (;;) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST))
    const claim = await listen(port, CLAIMS)
    if (claim === 'in use') continue
    const server = await listen(port, '127.0.0.1')
    if (server === 'in use' || server === undefined) {
      claim?.close()
      continue
    }
    claim?.unref()
    server.close()
    await once(server, 'close')
    return port
  }
}

/** Undefined: this machine does not have the address. */
async function listen (port: number, host: string): Promise<Server | 'in use' | undefined> {
  const server = createServer()
  try {
    await once(server.listen(port, host), 'listening')
    return server
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EADDRNOTAVAIL') return undefined
    if ((error as NodeJS.ErrnoException).code === 'EADDRINUSE') return 'in use'
    throw error
  }
}
