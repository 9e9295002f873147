// The service's own tasks of jobs. Each is held at a gate before it begins.
import { loadAddon } from '../../db/sqlite/addon.ts'
import type { Task, TaskContext, TaskTypes } from '../../src/jobs/task.ts'
import { serveTasks } from '../../src/jobs/task-thread.ts'
import type { JobTasks } from '../../workers/task-map.ts'
import { waitAtGate } from './gate.ts'

interface Hold {
  gate: SharedArrayBuffer
  /** Reported before the gate. */
  progress?: number | undefined
}

export interface HeldTask<Types extends TaskTypes> {
  input: { hold: Hold, input: Types['input'] }
  facts: Types['facts']
  failure: Types['failure']
}

export type HeldTasks = { [Name in keyof JobTasks]: HeldTask<JobTasks[Name]> }

// As in `workers/tasks.ts`: tests kill threads that have just passed the gate.
loadAddon()

export const { run, load } = serveTasks<HeldTasks>({
  async performanceExport () {
    const { performanceExport } = await import('../../workers/performance-export.ts')
    return held(performanceExport)
  },
  importUpload: async () => held((await import('../../workers/import-upload.ts')).importUpload),
  undoImport: async () => held((await import('../../workers/undo-import.ts')).undoOfImport),
  fillIn: async () => held((await import('../../workers/fill-in.ts')).fillIn),
  housekeeping: async () => held((await import('../../workers/housekeeping.ts')).housekeeping),
})

function held<Types extends TaskTypes> (task: Task<Types>): Task<HeldTask<Types>> {
  return ({ hold, input }: HeldTask<Types>['input'], context: TaskContext) => {
    if (hold.progress !== undefined) context.onProgress(hold.progress)
    waitAtGate(hold.gate)
    return task(input, context)
  }
}
