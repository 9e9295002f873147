export interface JobWatchers {
  /** Calls back at each change of that job in this process; returns how to stop that. */
  watch: (jobId: number, changed: () => void) => () => void
  /** Tells whoever watches that job. */
  changed: (jobId: number) => void
}

export function createJobWatchers (): JobWatchers {
  const watchers = new Map<number, Set<() => void>>()
  return {
    watch (jobId, changed) {
      const set = watchers.get(jobId) ?? new Set()
      // A function of its own for each watcher: the same one may watch twice.
      const watcher = () => { changed() }
      watchers.set(jobId, set.add(watcher))
      return () => {
        set.delete(watcher)
        if (set.size === 0 && watchers.get(jobId) === set) watchers.delete(jobId)
      }
    },
    changed (jobId) {
      for (const watcher of watchers.get(jobId) ?? []) watcher()
    },
  }
}
