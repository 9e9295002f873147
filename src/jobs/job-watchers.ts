interface JobWatchers {
  /** Calls back at each change of the job in this process. Returns a function that ends this. */
  watch: (jobId: number, changed: () => void) => () => void
  /** Calls the watchers of the job. */
  changed: (jobId: number) => void
  /** Calls all watchers: changes may have been missed. */
  allChanged: () => void
}

export function createJobWatchers (): JobWatchers {
  const watchers = new Map<number, Set<() => void>>()
  const changed = (jobId: number) => { for (const watcher of watchers.get(jobId) ?? []) watcher() }
  return {
    watch (jobId, changed) {
      const set = watchers.get(jobId) ?? new Set()
      // The same callback may watch twice, so each watcher is a function of its own.
      const watcher = () => { changed() }
      watchers.set(jobId, set.add(watcher))
      return () => {
        set.delete(watcher)
        if (set.size === 0 && watchers.get(jobId) === set) watchers.delete(jobId)
      }
    },
    changed,
    allChanged () { for (const jobId of Array.from(watchers.keys())) changed(jobId) },
  }
}
