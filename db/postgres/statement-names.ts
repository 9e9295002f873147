// Names under which the server keeps the plans of statements: for the short statements of requests and jobs,
// planning takes longer than running.

/** The most statements that a connection keeps. A plan takes some 30 KB of the server's memory. */
const MOST = 300
/** Statements with more values are not kept: each length of a list of values makes another text. */
const MOST_VALUES = 30
/** Matches a single statement of a kind that the server plans. */
const PLANNED = /^\s*(?:select|insert|update|delete|with)\b[^;]*$/i

export interface StatementNames {
  /** The name of a statement; undefined: its plan is not kept. */
  of: (text: string, values: readonly unknown[]) => string | undefined
  /** Gives all statements new names, because the kept plans are outdated. */
  renew: () => void
}

/** The names of one pool: the same on all its connections. */
export function createStatementNames (): StatementNames {
  const names = new Map<string, string>()
  let generation = 0
  return {
    of (text, values) {
      const known = names.get(text)
      if (known !== undefined) return known
      if (names.size >= MOST || values.length > MOST_VALUES || !PLANNED.test(text)) return undefined
      const name = `perfbook ${generation} ${names.size}`
      names.set(text, name)
      return name
    },
    renew () {
      generation++
      names.clear()
    },
  }
}

/**
 * Whether a statement did not run because the columns of a table have changed since it was planned: a newer
 * node has changed the schema.
 */
export function isOutdatedPlan (error: unknown): boolean {
  // The message depends on the server's language, and the code is shared by everything that is unsupported.
  return error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery'
}
