// Metrics about the node itself, and about its connections to the database that nodes share.
import { Counter, Gauge, type Registry } from 'prom-client'
import { isUnavailable } from '../../db/failures.ts'
import type { Database, NodeIdentity } from '../../db/index.ts'
import { liveNodes } from '../../db/queries/nodes.ts'

const ROLES = ['all', 'web', 'worker'] as const

export type NamedNode = Pick<NodeIdentity, 'name' | 'role' | 'version'>

/** Sets one series of a gauge. */
type SetSeries = (value: number, labels?: Record<string, string>) => void

/**
 * Adds a gauge whose values are read when they are asked for. It has no series while the database that it
 * asks is unavailable; other errors of `read` fail the whole answer.
 */
export function addGauge (
  registry: Registry,
  name: string,
  help: string,
  labelNames: string[],
  read: (set: SetSeries) => void | Promise<void>
): void {
  const metric: Gauge = new Gauge({
    registers: [registry],
    name,
    help,
    labelNames,
    collect: async () => {
      try {
        await read((value, labels = {}) => { metric.set(labels, value) })
      } catch (error) {
        if (!isUnavailable(error)) throw error
        metric.reset()
        // Resetting makes the only series of a gauge without labels 0, which would be a false report.
        if (labelNames.length === 0) metric.remove()
      }
    },
  })
}

/**
 * Adds which node this is and, with PostgreSQL, what it sees of the database and of other nodes. Call it
 * before metrics are added that ask the database.
 */
export function watchNode (registry: Registry, { db, node }: { db: Database, node: NamedNode }): void {
  addGauge(registry, 'perfbook_node_info', 'This node. Always 1.', ['node', 'role', 'version'],
    (set) => { set(1, { node: node.name, role: node.role, version: node.version }) })
  const { location } = db
  if (location.engine === 'sqlite') return

  const gauge = (name: string, help: string, labels: string[], read: Parameters<typeof addGauge>[4]) => {
    addGauge(registry, `perfbook_${name}`, help, labels, read)
  }
  const counter = (name: string, help: string, read: () => number) => {
    const metric: Counter = new Counter({
      registers: [registry],
      name: `perfbook_${name}`,
      help,
      collect: () => {
        metric.reset()
        metric.inc(read())
      },
    })
  }
  const numbers = () => db.connections() ?? { busy: 0, idle: 0, waiting: 0, errors: 0, reconnects: 0 }

  // Read in this order, and first of all: the queries of other metrics wait for connections too.
  gauge('database_unavailable', '1 while this node cannot use the database, otherwise 0.', [], (set) => {
    set(db.outage() === undefined ? 0 : 1)
  })
  gauge('database_connections', "Open connections of this node's pool for requests.", ['state'], (set) => {
    const { busy, idle } = numbers()
    set(busy, { state: 'busy' })
    set(idle, { state: 'idle' })
  })
  gauge('database_connections_max', 'The maximum number of connections of that pool.', [], (set) => {
    set(location.poolSize)
  })
  gauge('database_requests_waiting', 'Requests that wait for a connection of that pool.', [], (set) => {
    set(numbers().waiting)
  })
  counter('database_errors_total', 'Failures of connections and of the server.', () => numbers().errors)
  counter(
    'database_reconnects_total',
    'How often the connection that listens to other nodes was reopened.',
    () => numbers().reconnects
  )
  gauge('nodes', 'Live nodes of the database, by role.', ['role'], async (set) => {
    const nodes = await liveNodes(db.reads)
    for (const role of ROLES) set(nodes.filter((node) => node.role === role).length, { role })
  })
}
