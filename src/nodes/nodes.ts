// The processes that use one database. With SQLite, there is only one: it holds the data folder.
import { liveNodes } from '../../db/queries/nodes.ts'
import type { Database, NodeIdentity } from '../../db/index.ts'
import { isoTime } from '../iso-time.ts'

/** A node as the API and the command line show it. */
export interface NodeFacts {
  name: string
  role: NodeIdentity['role']
  version: string
  started_at: string
  /** Time of its last sign of life. */
  seen_at: string
  running_jobs: number
}

export interface Nodes {
  /** This process. */
  readonly self: Pick<NodeFacts, 'name' | 'role' | 'started_at' | 'version'>
  /** The live nodes, by name. */
  list: () => Promise<NodeFacts[]>
  /** Whether a live node runs jobs. */
  isAnyRunningJobs: () => Promise<boolean>
  /** Why this node cannot do its work; undefined: it can. */
  problem: () => string | undefined
}

interface NodesOptions {
  db: Pick<Database, 'engine' | 'outage' | 'reads'>
  /** The only node of an SQLite database, with its start, ms since 1970. */
  self: Pick<NodeIdentity, 'name' | 'role' | 'runningJobs' | 'version'> & { startedAt: number }
  now: () => number
}

export function createNodes ({ db, self, now }: NodesOptions): Nodes {
  const { name, role, version, startedAt } = self
  const facts = { name, role, version, started_at: isoTime(startedAt) }

  async function list (): Promise<NodeFacts[]> {
    if (db.engine === 'sqlite') {
      return [{ ...facts, seen_at: isoTime(now()), running_jobs: self.runningJobs() }]
    }
    return (await liveNodes(db.reads)).map((row) => ({
      name: row.name,
      role: row.role,
      version: row.version,
      started_at: isoTime(row.started_at),
      seen_at: isoTime(row.seen_at),
      running_jobs: row.running_jobs,
    }))
  }
  return {
    self: facts,
    list,
    isAnyRunningJobs: async () => (await list()).some(({ role }) => role !== 'web'),
    problem () {
      const outage = db.outage()
      if (outage === undefined) return undefined
      return `${outage.reason} This node has been cut off since ${isoTime(outage.since)}.`
    },
  }
}
