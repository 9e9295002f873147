// Every kind of job, under the task of `workers/tasks.ts` that does its work. A new kind is a file of its own
// and one line here.
import { exportKind, type ExportKindOptions } from './exports/export.job.ts'
import { fillInKind, type FillInKindOptions } from './fill-in/fill-in.job.ts'
import { housekeepingKind, type HousekeepingKindOptions } from './housekeeping/housekeeping.job.ts'
import { importKind, type ImportKindOptions } from './imports/import.job.ts'
import { undoKind, type UndoKindOptions } from './imports/undo.job.ts'
import type { JobKinds } from './jobs/job-kind.ts'
import type { JobTasks } from '../workers/task-map.ts'

interface JobKindsOptions {
  exports: ExportKindOptions
  imports: ImportKindOptions
  undos: UndoKindOptions
  fillIns: FillInKindOptions
  housekeeping: HousekeepingKindOptions
}

export function jobKinds (options: JobKindsOptions): JobKinds<JobTasks> {
  return {
    performanceExport: exportKind(options.exports),
    importUpload: importKind(options.imports),
    undoImport: undoKind(options.undos),
    fillIn: fillInKind(options.fillIns),
    housekeeping: housekeepingKind(options.housekeeping),
  }
}
