// Which export of a course this browser waits for. It outlives a reload and is shared by all tabs; nothing in
// it is a time by this machine's clock.

export interface Remembered {
  jobId: number
  /** By the server's clock. */
  requestedAt: string
  joined: boolean
  /** Whether some tab has started the download. */
  isDelivered: boolean
}

const PREFIX = 'perfbook.export.'

export function rememberedExport (courseId: number): Remembered | undefined {
  try {
    return JSON.parse(localStorage.getItem(PREFIX + courseId) ?? 'null') as Remembered | null ?? undefined
  } catch {
    return undefined
  }
}

export function rememberExport (courseId: number, remembered: Remembered): void {
  localStorage.setItem(PREFIX + courseId, JSON.stringify(remembered))
}

export function forgetExport (courseId: number): void {
  localStorage.removeItem(PREFIX + courseId)
}

/** Of all courses: another person may sign in next. */
export function forgetExports (): void {
  for (const key of Object.keys(localStorage)) if (key.startsWith(PREFIX)) localStorage.removeItem(key)
}

/**
 * Calls `listener` when another tab asked for an export of the course or dismissed one. Returns what ends it.
 */
export function onRemembered (courseId: number, listener: () => void): () => void {
  const changed = (event: StorageEvent) => {
    if (event.key === PREFIX + courseId || event.key === null) listener()
  }
  addEventListener('storage', changed)
  return () => {
    removeEventListener('storage', changed)
  }
}

/** True for one tab only, the one that is to start the download of the job's file. */
export async function claimDelivery (courseId: number, jobId: number): Promise<boolean> {
  const claim = () => {
    const remembered = rememberedExport(courseId)
    if (remembered?.jobId !== jobId || remembered.isDelivered) return false
    rememberExport(courseId, { ...remembered, isDelivered: true })
    return true
  }
  // Locks exist on https and on this machine itself only; without them two tabs could both claim in the same
  // millisecond.
  return await (navigator.locks as LockManager | undefined)?.request(`${PREFIX}${courseId}`, claim) ?? claim()
}
