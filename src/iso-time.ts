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

/** Ms since 1970 of an ISO 8601 time with a zone (`2026-01-31T08:00:00Z`). Undefined: the text is none. */
export function timeOfText (text: string): number | undefined {
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/.test(text)) return undefined
  const at = Date.parse(text)
  return Number.isNaN(at) ? undefined : at
}
