// Every kind of job, under the task of `workers/tasks.ts` that does its work. A new kind is a file of its own
// and one line here.
import { exportKind, type ExportKindOptions } from './exports/export.job.ts'
import { sweepKind, type SweepKindOptions } from './housekeeping/file-sweep.job.ts'
import { importKind, type ImportKindOptions } from './imports/import.job.ts'
import type { JobKinds } from './jobs/job-kind.ts'
import type { JobTasks } from '../workers/task-map.ts'

export interface JobKindsOptions {
  exports: ExportKindOptions
  imports: ImportKindOptions
  sweeps: SweepKindOptions
}

export function jobKinds (options: JobKindsOptions): JobKinds<JobTasks> {
  return {
    performanceExport: exportKind(options.exports),
    importUpload: importKind(options.imports),
    sweepFiles: sweepKind(options.sweeps),
  }
}
