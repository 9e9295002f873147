// The steps of a simulation. Whatever takes time in a real process (a write, a file, a thread) is a step that
// waits until the scheduler of fast-check picks it. A life is a process or a thread: when it is over, the
// steps that it waits for never come, as if the power of the machine was gone.
import type { Scheduler } from 'fast-check'

export interface Life {
  readonly isOver: boolean
  /** Resolves when the scheduler picks this step; never, if the life is over by then. */
  step: (label: string) => Promise<void>
  /** A life within this one: it is over with it, or before. */
  within: () => Life
  end: () => void
  /** Until `thaw`, none of its steps is picked: the process stands still, and time passes. */
  freeze: () => void
  thaw: () => void
  /** Resolves when it goes on; undefined: it is not frozen. */
  frozen: () => Promise<void> | undefined
}

/** Never resolves. */
export const NEVER = new Promise<never>(() => {})

/** The life around all others. */
export function createLife (scheduler: Pick<Scheduler, 'schedule'>, outer?: Life): Life {
  let isOver = false
  let ice: PromiseWithResolvers<void> | undefined
  const life: Life = {
    get isOver () { return isOver || outer?.isOver === true },
    async step (label) {
      if (life.isOver) await NEVER
      await scheduler.schedule(Promise.resolve(), label)
      for (let still = life.frozen(); still !== undefined; still = life.frozen()) {
        await still
        await scheduler.schedule(Promise.resolve(), label)
      }
      if (life.isOver) await NEVER
    },
    within: () => createLife(scheduler, life),
    end () { isOver = true },
    freeze () { ice ??= Promise.withResolvers() },
    thaw () {
      ice?.resolve()
      ice = undefined
    },
    frozen: () => ice?.promise ?? outer?.frozen(),
  }
  return life
}
