// Holds a task in its thread at a point that the test chooses. Each side waits for the other, and neither
// waits for time.

export interface Gate {
  /** The task gets it in its input and passes it to `waitAtGate`. */
  memory: SharedArrayBuffer
  /** Resolves when so many have reached the gate since it was made. */
  arrived: (count?: number) => Promise<void>
  /** Lets one through. The next one waits again. */
  letOne: () => void
  /** Lets everyone through from now on. */
  open: () => void
}

const ARRIVED = 0
const MAY_PASS = 1
const OPEN = 2 ** 30

export function createGate (): Gate {
  const memory = new SharedArrayBuffer(8)
  const words = new Int32Array(memory)
  const admit = (count: number) => {
    Atomics.add(words, MAY_PASS, count)
    Atomics.notify(words, MAY_PASS)
  }
  return {
    memory,
    async arrived (count = 1) {
      for (;;) {
        const seen = Atomics.load(words, ARRIVED)
        if (seen >= count) return
        await Atomics.waitAsync(words, ARRIVED, seen).value
      }
    },
    letOne: () => {
      admit(1)
    },
    open: () => {
      admit(OPEN)
    },
  }
}

/** In the thread: reports that it is here and blocks until it is let through. */
export function waitAtGate (memory: SharedArrayBuffer): void {
  const words = new Int32Array(memory)
  Atomics.add(words, ARRIVED, 1)
  Atomics.notify(words, ARRIVED)
  for (;;) {
    const free = Atomics.load(words, MAY_PASS)
    if (free <= 0) Atomics.wait(words, MAY_PASS, free)
    else if (Atomics.compareExchange(words, MAY_PASS, free, free - 1) === free) return
  }
}
