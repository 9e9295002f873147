// Runs a command with one PostgreSQL and one object store for all tests in it, and stops them afterwards.
// Tests of the service use both instead of SQLite and the disk:
//
//     node test/support/with-services.ts tap run --disable-coverage test/http/routes/exports.test.ts
//
// PERFBOOK_TEST_STORAGE=disk leaves files on the disk.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { noPostgres, startCluster, testPostgres } from './postgres.ts'
import { launch, needsSwift } from './swift.ts'

const QUIET = { info () {}, warn () {}, error () {} }

const [program = '', ...args] = process.argv.slice(2)
const storage = process.env.PERFBOOK_TEST_STORAGE ?? 's3'
const missing = noPostgres || (storage === 's3' && needsSwift().skip)
if (missing === false) {
  process.exitCode = await run()
} else {
  // As a test that needs a program which is not there is skipped. In CI nothing is skipped.
  writeSync(2, `Skipped: ${missing}\n`)
}

async function run (): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-test-services-'))
  const stops: Array<() => Promise<unknown> | void> = [
    () => { rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) },
  ]
  try {
    const cluster = await startCluster()
    stops.push(cluster.stop)
    process.env.PERFBOOK_TEST_POSTGRES = JSON.stringify(cluster.admin)
    process.env.PERFBOOK_TEST_TEMPLATE = await makeTemplate(folder)
    process.env.PERFBOOK_TEST_ENGINE = 'postgres'
    process.env.PERFBOOK_TEST_STORAGE = storage
    if (storage === 's3') {
      const swift = await launch(folder)
      stops.push(async () => {
        const ended = once(swift.process, 'exit')
        // Nothing else may be left to wait for.
        swift.process.ref()
        swift.process.kill()
        await ended
      })
      process.env.PERFBOOK_TEST_SWIFT = swift.endpoint
    }
    const child = spawn(program, args, { stdio: 'inherit' })
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => { child.kill(signal) })
    const [code] = await once(child, 'exit') as [number | null]
    return code ?? 1
  } finally {
    for (const stop of stops.reverse()) await stop()
  }
}

/** A database with all tables, of which others are copies: quicker than creating them for every test. */
async function makeTemplate (folder: string): Promise<string> {
  const database = await testPostgres({ teardown () {} })
  const config = readConfig({ DATA_DIR: join(folder, 'template') })
  const services = await createServices({ config, database, log: QUIET })
  await services.close(0)
  return database.connection.database
}
