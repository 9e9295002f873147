// One connection to PostgreSQL for all processes of a story, which take turns.
import { setImmediate as turn } from 'node:timers/promises'
import type { Client } from 'pg'

interface Statement {
  text: string
  values?: readonly unknown[] | undefined
  name?: string | undefined
}

interface Lease {
  send: (statement: Statement) => Promise<{ rows: unknown[] }>
  release: () => void
}

interface Line {
  /** The connection, when all who asked before have released it. */
  lease: () => Promise<Lease>
  /** Resolves when no statement runs, and none follows from an answer. */
  settled: () => Promise<void>
}

/** Lends the one connection, in turn. Its session always has the time of the story. */
export function createLine (client: Pick<Client, 'query'>, now: () => number): Line {
  let last: Promise<void> = Promise.resolve()
  let running = 0
  let count = 0
  let told: number | undefined
  let ended = () => {}

  async function send ({ text, values, name }: Statement): Promise<{ rows: unknown[] }> {
    running++
    count++
    try {
      return await client.query({
        text,
        ...(values === undefined ? {} : { values: [...values] }),
        ...(name === undefined ? {} : { name }),
      })
    } finally {
      if (--running === 0) ended()
    }
  }

  return {
    async lease () {
      const { promise, resolve } = Promise.withResolvers<void>()
      const before = last
      last = before.then(() => promise)
      await before
      if (told !== now()) {
        told = now()
        await send({ text: 'SELECT set_config(\'sim.now\', $1, false)', values: [String(told)] })
      }
      return { send, release: resolve }
    },
    async settled () {
      for (;;) {
        if (running > 0) await new Promise<void>((resolve) => { ended = resolve })
        const seen = count
        // pg-boss begins some of its work in the next turn.
        for (let turns = 0; turns < 3; turns++) await turn()
        if (running === 0 && count === seen) return
      }
    },
  }
}
