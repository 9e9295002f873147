import type { CommandContext } from './context.ts'

export interface ProgressBar {
  /** A fraction from 0 to 1. */
  set: (fraction: number) => void
  /** Takes the bar away; twice is fine. */
  end: () => void
}

const WIDTH = 30

/** A bar on a terminal; nothing elsewhere, where it would fill logs. */
export function createProgressBar (stderr: CommandContext['stderr'], label: string): ProgressBar {
  if (!stderr.isTTY) return { set () {}, end () {} }
  let shown = ''
  return {
    set (fraction) {
      const full = Math.round(fraction * WIDTH)
      const line = `${label} [${'#'.repeat(full)}${'.'.repeat(WIDTH - full)}] ${
        String(Math.floor(fraction * 100)).padStart(3)
      } %`
      if (line === shown) return
      shown = line
      stderr.redraw(line)
    },
    end () {
      if (shown === '') return
      stderr.redraw(' '.repeat(shown.length))
      stderr.redraw('')
      shown = ''
    },
  }
}
