// The export that this browser waits for, one for each course. It survives a reload, and all tabs share it.
// It never uses the clock of this machine.

interface SavedExport {
  jobId: number
  /** By the server's clock. */
  requestedAt: string
  joined: boolean
  /** Of the file; undefined: the workbook. */
  format?: string | undefined
  /** Whether a tab has started the download. */
  isDelivered: boolean
}

const PREFIX = 'perfbook.export.'

export function savedExport (courseId: number): SavedExport | undefined {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + courseId) ?? 'null') as SavedExport | null ?? undefined
  } catch {
    return undefined
  }
}

export function saveExport (courseId: number, saved: SavedExport): void {
  localStorage.setItem(PREFIX + courseId, JSON.stringify(saved))
}

export function removeSavedExport (courseId: number): void {
  localStorage.removeItem(PREFIX + courseId)
}

/** For all courses: the next user to sign in may be another person. */
export function removeSavedExports (): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
}

/**
 * Calls `listener` when another tab saves or removes the export of a course. Returns a function that stops
 * it.
 */
export function onSavedExportChange (courseId: number, listener: () => void): () => void {
  const changed = (event: StorageEvent) => {
    if (event.key === PREFIX + courseId || event.key === null) listener()
  }
  addEventListener('storage', changed)
  return () => {
    removeEventListener('storage', changed)
  }
}

/**
 * Returns true in exactly one tab: the one that starts the download of the job's file. That tab keeps a lock
 * until it closes, because another tab may read its own old copy of the local storage for a moment.
 */
export async function claimDownload (courseId: number, jobId: number): Promise<boolean> {
  const claim = () => {
    const saved = savedExport(courseId)
    if (saved?.jobId !== jobId || saved.isDelivered) return false
    saveExport(courseId, { ...saved, isDelivered: true })
    return true
  }
  // Browsers have locks on https and on localhost only.
  const locks = navigator.locks as LockManager | undefined
  if (locks === undefined) return claim()
  return await new Promise((resolve) => {
    void locks.request(`${PREFIX}${courseId}.${jobId}`, { ifAvailable: true }, async (lock) => {
      resolve(lock !== null && claim())
      if (lock !== null) await new Promise(() => {})
    })
  })
}
