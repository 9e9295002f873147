// Runs a command with one PostgreSQL and one object store for all tests in it, and stops them afterwards.
// Tests of the service use both instead of SQLite and the disk:
//
//     node test/support/with-services.ts tap run --disable-coverage test/http/routes/exports.test.ts
//
// PERFBOOK_TEST_STORAGE=disk leaves files on the disk, and PERFBOOK_TEST_ENGINE=sqlite the data in SQLite;
// PostgreSQL is then for tests that name it themselves.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { startServices, type TestServices } from './services.ts'

const [program = '', ...args] = process.argv.slice(2)
const { PERFBOOK_TEST_ENGINE = 'postgres', PERFBOOK_TEST_STORAGE = 's3' } = process.env
const services = await startServices({ hasStore: PERFBOOK_TEST_STORAGE === 's3' })
try {
  if (services.missing === false) process.exitCode = await run(services)
  // As a test that needs a program which is not there is skipped. In CI nothing is skipped.
  else writeSync(2, `Skipped: ${services.missing}\n`)
} finally {
  await services.stop()
}

async function run ({ env }: TestServices): Promise<number> {
  const child = spawn(program, args, {
    stdio: 'inherit',
    env: { ...process.env, ...env, PERFBOOK_TEST_ENGINE, PERFBOOK_TEST_STORAGE },
  })
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { child.kill(signal) })
  const [code] = await once(child, 'exit') as [number | null]
  return code ?? 1
}
