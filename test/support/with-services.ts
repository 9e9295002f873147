// Runs a command with one PostgreSQL for all tests in it, and stops it afterwards:
//
//     node test/support/with-services.ts tap run --disable-coverage test/http/routes/exports.test.ts
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { startCluster } from './postgres.ts'

const [program = '', ...args] = process.argv.slice(2)
const cluster = await startCluster()
const child = spawn(program, args, {
  stdio: 'inherit',
  env: {
    ...process.env,
    PERFBOOK_TEST_ENGINE: 'postgres',
    PERFBOOK_TEST_POSTGRES: JSON.stringify(cluster.admin),
  },
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { child.kill(signal) })
const [code] = await once(child, 'exit') as [number | null]
await cluster.stop()
process.exitCode = code ?? 1
