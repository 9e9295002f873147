// The real database as one process of a simulation has it: its writes wait for their turn, it learns of a
// commit later than the commit happens, and in between it may die.
import type { KyselyPlugin } from 'kysely'
import type { Database, Trx } from '../../db/index.ts'
import type { Life } from './life.ts'

/** With `isFar`, the answers of reads come late too, as they do from a server. */
export function bindDatabase (db: Database, life: Life, { isFar }: { isFar: boolean }): Database {
  const late: KyselyPlugin = {
    transformQuery: ({ node }) => node,
    async transformResult ({ result }) {
      await life.step('a read')
      return result
    },
  }
  return {
    ...db,
    reads: isFar ? db.reads.withPlugin(late) : db.reads,
    async write (work, options) {
      await life.step('a write')
      const result = await db.write((trx) => work(bindCallbacks(trx, life)), options)
      await life.step('hears of its commit')
      return result
    },
    close: async () => {},
  }
}

function bindCallbacks (trx: Trx, life: Life): Trx {
  const { afterCommit } = trx
  return Object.assign(trx, {
    afterCommit (callback: () => void | Promise<void>) {
      afterCommit(async () => {
        await life.step('after the commit')
        await callback()
      })
    },
  })
}
