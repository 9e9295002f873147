// Every task that runs in a thread, with what it gets and gives. The tasks themselves are in `tasks.ts`.
import type { BookTasks } from '../src/courses/book-tasks.ts'
import type { ExportTask } from '../src/exports/export.job.ts'
import type { FillInTask } from '../src/fill-in/fill-in.job.ts'
import type { HousekeepingTask } from '../src/housekeeping/housekeeping.job.ts'
import type { ImportTask } from '../src/imports/import.job.ts'
import type { UndoTask } from '../src/imports/undo.job.ts'

/** Tasks of the pool that runs jobs. */
export type JobTasks = {
  performanceExport: ExportTask
  importUpload: ImportTask
  undoImport: UndoTask
  fillIn: FillInTask
  housekeeping: HousekeepingTask
}

export type Tasks = JobTasks & BookTasks
