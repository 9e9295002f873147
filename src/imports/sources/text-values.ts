// Values as text files write them. Each function returns `undefined` if the text is not such a value.

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const COMPACT_DATE = /^(\d{4})(\d\d)(\d\d)$/
const SHORT_DATE = /^(\d{4})-(\d{1,2})-(\d{1,2})$/
const ORDERED_DATE = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d\d)$/
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d(:?\d\d)?)$/

/** Most characters of a number, date or flag. A longer text is not a value and is not cached. */
export const VALUE_MAX = 100

/** Ms of a calendar day's midnight in UTC (`YYYY-MM-DD`). The day must exist. */
export function dayMs (text: string): number | undefined {
  const match = DATE.exec(text)
  if (match === null) return undefined
  const [, year, month, day] = match.map(Number)
  if (year === undefined || month === undefined || year === 0) return undefined
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? date.getTime() : undefined
}

/**
 * A calendar day as `YYYY-MM-DD`: from that form, `YYYYMMDD`, `2026-9-8` and, if `order` is given,
 * `8/15/2026` with any of three separators. A year of two digits is after 1999.
 */
export function dayOf (text: string, order?: 'mdy' | 'dmy'): string | undefined {
  if (dayMs(text) !== undefined) return text
  const ordered = order === undefined ? null : ORDERED_DATE.exec(text)
  const parts = ordered === null
    ? (COMPACT_DATE.exec(text) ?? SHORT_DATE.exec(text))?.slice(1)
    : [ordered[4], ...order === 'mdy' ? [ordered[1], ordered[3]] : [ordered[3], ordered[1]]]
  if (parts === undefined) return undefined
  const [year = '', month = '', day = ''] = parts
  const iso = `${year.padStart(4, '20')}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  return dayMs(iso) === undefined ? undefined : iso
}

/** What a spreadsheet makes of a long number. */
const ROUNDED = /^\d([.,]\d+)?E\+\d+$/i

/** Whether an id is a number that a spreadsheet has rounded: `1.0E+13`. */
export function isRounded (id: string): boolean { return id.includes('+') && ROUNDED.test(id) }

/** A finite number with a decimal point and without digit groups. */
export function numberOf (text: string): number | undefined {
  if (text.length > VALUE_MAX || !NUMBER.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** Ms since 1970 of an instant with its offset (RFC 3339, and similar forms). */
export function instantMs (text: string): number | undefined {
  if (text.length > VALUE_MAX || !INSTANT.test(text)) return undefined
  try {
    return Temporal.Instant.from(text.replace(',', '.')).epochMilliseconds
  } catch {
    return undefined
  }
}

/** Some databases export `NULL` for a blank cell. */
export function withoutNull (text: string): string {
  return text === 'NULL' ? '' : text
}

/** Most texts that `memoize` remembers. */
const CACHED_MAX = 4096

/** A function that remembers its latest values, since dates and enumerations repeat thousands of times. */
export function memoize<T> (compute: (text: string) => T): (text: string) => T {
  const cache = new Map<string, { value: T }>()
  return (text) => {
    if (text.length > VALUE_MAX) return compute(text)
    const cached = cache.get(text)
    if (cached !== undefined) return cached.value
    if (cache.size >= CACHED_MAX) cache.clear()
    const value = compute(text)
    cache.set(text, { value })
    return value
  }
}
