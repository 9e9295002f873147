// One PostgreSQL and one object store for the tests of many processes. Each of them would need two seconds of
// processor time to start its own, and half a second for the tables of each database.
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readConfig } from '../../src/config.ts'
import { createServices } from '../../src/services.ts'
import { noPostgres, startCluster, testPostgres, type Cluster } from './postgres.ts'
import { launch, needsSwift } from './swift.ts'

export interface TestServices {
  /** Variables with which test processes use them. */
  env: Record<string, string>
  /** Why tests of PostgreSQL and an object store are skipped; false: all of it runs. */
  missing: string | false
  stop: () => Promise<void>
}

const QUIET = { info () {}, warn () {}, error () {} }
/** Three test processes, and one with many nodes. */
const CONNECTIONS = '600'

/**
 * Starts those that the machine has; in CI all of them. They end with this process, whatever ends that.
 * `hasStore: false` leaves the object store out.
 */
export async function startServices ({ hasStore = true } = {}): Promise<TestServices> {
  const noStore = hasStore && needsSwift().skip
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-test-services-'))
  const env: Record<string, string> = {}
  const stops: Array<() => Promise<unknown> | void> = [
    () => { rmSync(folder, { recursive: true, force: true, maxRetries: 5 }) },
  ]
  const stop = async () => {
    for (const one of stops.splice(0).reverse()) await one()
  }
  try {
    if (noPostgres === false) {
      const cluster = await startCluster({ max_connections: CONNECTIONS })
      stops.push(cluster.stop)
      env.PERFBOOK_TEST_POSTGRES = JSON.stringify(cluster.local)
      env.PERFBOOK_TEST_TEMPLATE = await makeTemplate(folder, cluster)
    }
    if (hasStore && noStore === false) {
      const swift = await launch(folder, { isRemoved: true })
      stops.push(async () => {
        if (swift.process.exitCode !== null || swift.process.signalCode !== null) return
        const ended = once(swift.process, 'exit')
        // Nothing else may be left to wait for.
        swift.process.ref()
        swift.process.kill()
        await ended
      })
      env.PERFBOOK_TEST_SWIFT = swift.endpoint
    }
  } catch (error) {
    await stop()
    throw error
  }
  return { env, missing: noPostgres || noStore, stop }
}

/** A database with all tables, of which others are copies: quicker than creating them for every test. */
async function makeTemplate (folder: string, cluster: Cluster): Promise<string> {
  const database = await testPostgres({ teardown () {} }, { cluster })
  const config = readConfig({ DATA_DIR: join(folder, 'template') })
  const services = await createServices({ config, database, log: QUIET })
  await services.close(0)
  return database.connection.database
}
