// The steps of a simulation. Whatever takes time in a real process (a write, a file, a thread) is a step that
// waits until the scheduler of fast-check picks it. A life is a process or a thread: when it is over, the
// steps that it waits for never come, as if the power of the machine was gone.
import { setImmediate as turn } from 'node:timers/promises'
import type { Scheduler } from 'fast-check'

export interface Life {
  readonly isOver: boolean
  /** Resolves when the scheduler picks this step; never, if the life is over by then. */
  step: (label: string) => Promise<void>
  /** A life within this one: it is over with it, or before. */
  within: () => Life
  end: () => void
}

/** Never resolves. */
export const NEVER = new Promise<never>(() => {})

/** Runs a step of the scheduler, and all that follows from it without another step. */
export async function act (step: () => Promise<unknown>): Promise<void> {
  await step()
  await turn()
}

/** The life around all others. */
export function createLife (scheduler: Pick<Scheduler, 'schedule'>, outer?: Life): Life {
  let isOver = false
  const life: Life = {
    get isOver () { return isOver || outer?.isOver === true },
    async step (label) {
      if (life.isOver) await NEVER
      await scheduler.schedule(Promise.resolve(), label)
      if (life.isOver) await NEVER
    },
    within: () => createLife(scheduler, life),
    end () { isOver = true },
  }
  return life
}
