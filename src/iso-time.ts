/** A time (ms since 1970) as text: UTC with milliseconds, `2015-04-30T19:34:02.000Z`. Null stays null. */
export function isoTime (ms: number): string
export function isoTime (ms: number | null): string | null
export function isoTime (ms: number | null): string | null {
  return ms === null ? null : new Date(ms).toISOString()
}

/** The same as part of a file name: some systems do not allow colons there. */
export function fileTime (ms: number): string {
  return isoTime(ms).replaceAll(':', '-')
}

/**
 * Ms since 1970 of an ISO 8601 time with a zone (`2026-01-31T08:00:00Z`). Undefined: the text is none, there
 * is no such day, or its year in UTC does not have four digits.
 */
export function timeOfText (text: string): number | undefined {
  const parts = /^(\d{4}-\d\d-\d\d)T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.exec(text)
  const day = parts?.[1]
  const at = Date.parse(text)
  if (day === undefined || Number.isNaN(at) || !/^\d{4}-/.test(isoTime(at))) return undefined
  // JavaScript reads February 30 as a day in March.
  return isoTime(Date.parse(day)).startsWith(day) ? at : undefined
}
