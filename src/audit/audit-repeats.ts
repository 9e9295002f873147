// Thousands of refused requests in a second are one fact, not thousands of rows. The first of a kind is
// written at once, so that a crash loses no fact; repeats within a minute are counted in memory and written
// once, with their count.
import type { AuditEntry } from './audit-entry.ts'

/** How long repeats are counted, from the first on, ms. */
const REPEATS_MS = 60_000
/** The most kinds that are counted at a time; beyond that the oldest is written early. */
const KINDS_MAX = 5000
/**
 * The most subjects for which one actor's refusals are counted separately within a minute; the rest become
 * one kind.
 */
const REFUSED_SUBJECTS_MAX = 50
/** The subject of that kind. */
const MORE_SUBJECTS = 'more'

export interface CountedEntry extends AuditEntry {
  /** The last time, ms since 1970. */
  at: number
  count: number
}

interface Kind extends CountedEntry {
  firstAt: number
  /** Entries that differ only in their subject; undefined: their subjects are not counted. */
  family: string | undefined
}

interface AuditRepeats {
  /** Returns the entries to write now: the first of its kind, and any that had to make room. */
  add: (entry: AuditEntry, at: number) => CountedEntry[]
  /** Returns repeats whose minute is over at that time; with `all`, also those whose minute is not. */
  take: (at: number, options?: { all: boolean }) => CountedEntry[]
  /** When the next minute is over, ms since 1970. Undefined: nothing is counted. */
  nextAt: () => number | undefined
}

export function createAuditRepeats (): AuditRepeats {
  // In the order of their first times.
  const kinds = new Map<string, Kind>()
  const subjects = new Map<string, number>()

  function end (key: string, kind: Kind): CountedEntry[] {
    kinds.delete(key)
    const left = (subjects.get(kind.family ?? '') ?? 0) - 1
    if (kind.family !== undefined) {
      if (left > 0) subjects.set(kind.family, left)
      else subjects.delete(kind.family)
    }
    return counted(kind)
  }

  return {
    add (given, at) {
      const family = given.outcome === 'refused' ? familyOf(given) : undefined
      const isOneTooMany = !kinds.has(keyOf(given)) && family !== undefined && given.subject !== null &&
        (subjects.get(family) ?? 0) >= REFUSED_SUBJECTS_MAX
      const entry = isOneTooMany ? { ...given, subject: MORE_SUBJECTS } : given
      const key = keyOf(entry)
      const known = kinds.get(key)
      const ended: CountedEntry[] = []
      if (known !== undefined) {
        // A clock that was set back ends the minute as well.
        if (at >= known.firstAt && at - known.firstAt < REPEATS_MS) {
          known.count++
          known.at = at
          return []
        }
        ended.push(...end(key, known))
      }
      for (const [oldKey, old] of kinds) {
        if (kinds.size < KINDS_MAX) break
        ended.push(...end(oldKey, old))
      }
      kinds.set(key, { ...entry, at, firstAt: at, count: 0, family })
      if (family !== undefined) subjects.set(family, (subjects.get(family) ?? 0) + 1)
      return [...ended, { ...entry, at, count: 1 }]
    },
    take (at, { all } = { all: false }) {
      const taken: CountedEntry[] = []
      for (const [key, kind] of kinds) {
        const isOver = at < kind.firstAt || at - kind.firstAt >= REPEATS_MS
        if (isOver) taken.push(...end(key, kind))
        else if (all) {
          taken.push(...counted(kind))
          kind.count = 0
        }
      }
      return taken
    },
    nextAt () {
      const [first] = kinds.values()
      return first === undefined ? undefined : first.firstAt + REPEATS_MS
    },
  }
}

function familyOf ({ action, outcome, actorId, via, address }: AuditEntry): string {
  return JSON.stringify([action, outcome, actorId, via, address])
}

function keyOf (entry: AuditEntry): string {
  return `${familyOf(entry)} ${entry.subject ?? ''} ${JSON.stringify(entry.changes ?? null)}`
}

function counted ({ firstAt, family, ...entry }: Kind): CountedEntry[] {
  return entry.count === 0 ? [] : [entry]
}
