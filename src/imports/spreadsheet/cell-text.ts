// The values of cells as a text table has them.
import type { NumberFormat } from './number-formats.ts'

/** Excel keeps 15 digits of a number. */
const EXACT = 1e15
const DAY_MS = 86_400_000
/** Midnight of day 0 of Excel's usual calendar, and of the one that begins in 1904; ms since 1970. */
const EPOCHS = { from1900: Date.UTC(1899, 11, 30), from1904: Date.UTC(1904, 0, 1) }
/** The last day that Excel knows, 9999-12-31. */
const LAST_DAY = 2_958_466

/**
 * A stored number as text: a date as `YYYY-MM-DD`, with `HH:MM:SS` after it if the format shows the time; a
 * percentage as `85%`; others with a decimal point and without digit groups. A whole number with more digits
 * than Excel keeps, or whose digits Excel does not show, is `1.5E+16`, since it may be a damaged id. A text
 * that is not a number is returned as it is.
 */
export function numberText (
  stored: string, { kind, ...more }: NumberFormat, { isFrom1904 }: { isFrom1904: boolean }
): string {
  const value = stored.trim() === '' ? NaN : Number(stored)
  if (!Number.isFinite(value)) return stored
  switch (kind) {
    case 'percent': return `${plain(Number((value * 100).toPrecision(15)))}%`
    case 'date':
    case 'date_time':
    case 'time':
    case 'duration':
      return timeText(value, kind, isFrom1904) ?? plain(value)
    case 'scientific': return isAllShown(value) ? exponential(value) : plain(value)
    case 'digits': return plain(value).padStart('digits' in more ? more.digits : 0, '0')
    case 'number': return plain(value)
  }
}

/** Only ids reach `EXACT`; other numbers are smaller. */
function plain (value: number): string {
  if (Math.abs(value) >= EXACT) return exponential(value)
  const text = String(value)
  return text.includes('e') ? value.toFixed(20) : text
}

function exponential (value: number): string { return value.toExponential().toUpperCase() }

/** Whether the format `0.00E+00` shows all digits of a large number: it may have had more. */
function isAllShown (value: number): boolean {
  return Math.abs(value) >= 1e5 && Number(value.toPrecision(3)) === value
}

function timeText (
  value: number, kind: 'date' | 'date_time' | 'time' | 'duration', isFrom1904: boolean
): string | undefined {
  if (value < 0 || value >= LAST_DAY) return undefined
  if (kind === 'duration') return clock(Math.round(value * 86_400))
  // Excel's calendar has a 29 February 1900.
  const days = !isFrom1904 && value < 60 ? value + 1 : value
  const at = (isFrom1904 ? EPOCHS.from1904 : EPOCHS.from1900) + Math.round(days * 86_400) * 1000
  if (kind === 'time' && value < 1) return clock(Math.round(value * 86_400) % 86_400)
  const midnight = Math.floor(at / DAY_MS) * DAY_MS
  const day = new Date(at).toISOString().slice(0, 10)
  if (kind === 'date') return dateOf(value, isFrom1904)
  return at === midnight && kind !== 'time' ? day : `${day} ${clock((at - midnight) / 1000)}`
}

/** A format without a time of day shows the day, however late it is. */
function dateOf (value: number, isFrom1904: boolean): string {
  const days = Math.floor(!isFrom1904 && value < 60 ? value + 1 : value)
  const epoch = isFrom1904 ? EPOCHS.from1904 : EPOCHS.from1900
  return new Date(epoch + days * DAY_MS).toISOString().slice(0, 10)
}

function clock (seconds: number): string {
  const two = (part: number) => String(part).padStart(2, '0')
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60].map(two).join(':')
}

/** A cell of the type `d`, which has an ISO 8601 date. Midnight is only the day. */
export function isoDateText (stored: string): string {
  const [, day, time] = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d:\d\d)(?:\.\d+)?Z?)?$/.exec(stored.trim()) ?? []
  if (day === undefined) return stored
  return time === undefined || time === '00:00:00' ? day : `${day} ${time}`
}

const ESCAPED = /_x([0-9A-Fa-f]{4})_/g

/** A text with its escaped characters: `_x000D_` (ECMA-376, part 1, 22.9.2.19). */
export function unescapedText (text: string): string {
  if (!text.includes('_x')) return text
  return text.replace(ESCAPED, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
}
