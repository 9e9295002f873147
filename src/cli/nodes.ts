import { Command } from 'commander'
import { folderHolder, isFolderHeld } from '../../db/sqlite/folder-lock.ts'
import { isoTime } from '../iso-time.ts'
import type { NodeFacts } from '../nodes/nodes.ts'
import type { Services } from '../services.ts'
import type { CommandContext } from './program/context.ts'
import { withServices } from './program/open-services.ts'
import { textTable } from './program/table.ts'

export function nodesCommand (context: CommandContext): Command {
  return new Command('nodes').description('list the nodes that are running')
    .option('--json', 'print the JSON array of GET /api/nodes')
    .action(async ({ json }: { json?: boolean }) => {
      const nodes = await withServices(context, liveNodes)
      if (json === true) context.stdout.json(nodes)
      else if (nodes.length === 0) context.stdout.write('No node is running.\n')
      else {
        context.stdout.write(textTable([
          ['NAME', 'ROLE', 'VERSION', 'STARTED', 'SEEN', 'JOBS'],
          ...nodes.map((node) => [
            node.name, node.role, node.version, node.started_at, node.seen_at, String(node.running_jobs),
          ]),
        ]))
      }
    })
}

async function liveNodes ({ config, db, nodes, queue, clock }: Services): Promise<NodeFacts[]> {
  if (db.engine === 'postgres') return await nodes.list()
  // This process is not a node: the service is one, if it holds the folder.
  const node = isFolderHeld(config.DATA_DIR) ? folderHolder(config.DATA_DIR)?.node : undefined
  if (node === undefined) return []
  const running = await queue.list({ state: 'started', limit: 1000 })
  return [{ ...node, seen_at: isoTime(clock.now()), running_jobs: running.length }]
}
