// A private PgBouncer in transaction pooling mode, in front of a test's PostgreSQL. It ends with the test.
import { execFileSync, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { chownSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Test } from 'tap'
import type { PostgresAddress } from '../../db/postgres/address.ts'
import { freePort } from './free-port.ts'
import { findPgBouncer, pathOf } from './tools.ts'
import { until } from './until.ts'

interface Pooler {
  /** The address of the database behind it, through the pooler. */
  address: PostgresAddress
  /** Ends it at once, with all its connections. */
  stop: () => Promise<void>
  /** Starts it again at its address. */
  start: () => Promise<void>
}

/** Few connections to the server, so that the clients' transactions share them. */
const POOL_SIZE = 6

export async function startPooler (t: Test, server: PostgresAddress): Promise<Pooler> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-pgbouncer-'))
  const port = await freePort()
  const [config, users] = [join(folder, 'pgbouncer.ini'), join(folder, 'users.txt')]
  writeFileSync(users, `"${server.user}" "${server.password}"\n`)
  writeFileSync(config, `[databases]
${server.database} = host=${server.host} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = ${users}
pool_mode = transaction
default_pool_size = ${POOL_SIZE}
max_client_conn = 200
`)
  // It refuses to run as root, as PostgreSQL does.
  const isRoot = process.getuid?.() === 0
  if (isRoot) {
    const [uid, gid] = ['-u', '-g'].map((flag) => Number(execFileSync('id', [flag, 'postgres']))) as
      [number, number]
    for (const path of [folder, config, users]) chownSync(path, uid, gid)
  }
  const user = isRoot ? ['--reuid', 'postgres', '--regid', 'postgres', '--init-groups'] : []
  let child: ChildProcess | undefined
  let ended: Promise<unknown> = Promise.resolve()

  async function start (): Promise<void> {
    child = spawn(
      'setpriv', [...user, '--pdeathsig', 'KILL', pathOf(findPgBouncer()), '--quiet', config],
      { stdio: ['ignore', 'ignore', 'pipe'] }
    )
    const started = child
    let log = ''
    started.stderr?.setEncoding('utf8').on('data', (text: string) => { log += text })
    ended = once(started, 'exit')
    await until('PgBouncer accepts connections', async (see) => {
      see(log)
      if (started.exitCode !== null) throw new Error(`PgBouncer did not start: ${log}`)
      return await accepts(port)
    })
  }

  const stop = async () => {
    if (child?.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  }
  t.teardown(async () => {
    await stop()
    rmSync(folder, { recursive: true })
  })
  await start()
  return { address: { ...server, host: '127.0.0.1', port }, start, stop }
}

async function accepts (port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
