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
