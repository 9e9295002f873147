// The entry point of each thread.
import { platform, setPriority } from 'node:os'
import { loadAddon } from '../db/sqlite/addon.ts'
import { keepCompiled } from '../src/compile-cache.ts'
import { serveTasks } from '../src/jobs/task-thread.ts'
import type { Tasks } from './task-map.ts'

keepCompiled()
// Piscina gives a thread no task, and so nothing to abort, before this module is loaded.
loadAddon()

export const { run, load } = serveTasks<Tasks>({
  async performanceExport () {
    lowerPriority()
    return (await import('./performance-export.ts')).performanceExport
  },
  async importUpload () {
    lowerPriority()
    return (await import('./import-upload.ts')).importUpload
  },
  async undoImport () {
    lowerPriority()
    return (await import('./undo-import.ts')).undoOfImport
  },
  async fillIn () {
    lowerPriority()
    return (await import('./fill-in.ts')).fillIn
  },
  async housekeeping () {
    lowerPriority()
    return (await import('./housekeeping.ts')).housekeeping
  },
  readPage: async () => (await import('./read-book.ts')).readPage,
  readStudent: async () => (await import('./read-book.ts')).readStudent,
  readStudents: async () => (await import('./read-book.ts')).readStudents,
  readChanges: async () => (await import('./read-book.ts')).readChanges,
  previewSettings: async () => (await import('./read-book.ts')).previewSettings,
})

/** Nice value of a thread that runs jobs. */
const BACKGROUND = 10
let isLowered = false

/** When the processor is busy, requests go before jobs. Only Linux has priorities for single threads. */
function lowerPriority (): void {
  if (isLowered || platform() !== 'linux') return
  isLowered = true
  setPriority(BACKGROUND)
}
