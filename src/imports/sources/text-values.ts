// Values as text files write them. Each answers `undefined` where the text is not one, so that the caller can
// say where.

const DATE = /^(\d{4})-(\d\d)-(\d\d)$/
const NUMBER = /^[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?$/
const INSTANT = /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d([.,]\d{1,9})?)?([Zz]|[+-]\d\d(:?\d\d)?)$/

/** No number, date or flag is written in more characters. What is longer is none, and is not remembered. */
export const VALUE_MAX = 100

/** Ms of a calendar day's midnight in UTC. A day that does not exist is none. */
export function dayMs (text: string): number | undefined {
  const match = DATE.exec(text)
  if (match === null) return undefined
  const [, year, month, day] = match
  const date = new Date(0)
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day))
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) && Number(year) > 0
    ? date.getTime()
    : undefined
}

/** A finite number; a decimal point, no grouping. */
export function numberOf (text: string): number | undefined {
  if (text.length > VALUE_MAX || !NUMBER.test(text)) return undefined
  const value = Number(text)
  return Number.isFinite(value) ? value : undefined
}

/** Ms since 1970 of an instant with its offset (RFC 3339, and what is close to it). */
export function instantMs (text: string): number | undefined {
  if (text.length > VALUE_MAX || !INSTANT.test(text)) return undefined
  try {
    return Temporal.Instant.from(text.replace(',', '.')).epochMilliseconds
  } catch {
    return undefined
  }
}

/** Remembers what the last texts gave: dates and enumerations repeat a thousandfold. */
export function remembered<T> (compute: (text: string) => T, most = 4096): (text: string) => T {
  const known = new Map<string, T>()
  return (text) => {
    if (text.length > VALUE_MAX) return compute(text)
    const value = known.get(text)
    if (value !== undefined || known.has(text)) return value as T
    if (known.size >= most) known.clear()
    const computed = compute(text)
    known.set(text, computed)
    return computed
  }
}
