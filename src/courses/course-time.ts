// Days and clocks in a course's own zone. All other code has instants in ms.

/** Whether the name is a time zone that this program knows (IANA, such as `America/Chicago`, or `UTC`). */
export function isTimeZone (name: string): boolean {
  // The longest one has 32 characters.
  if (name.length > 64) return false
  try {
    Temporal.Instant.fromEpochMilliseconds(0).toZonedDateTimeISO(name)
    return !/^[+-]/.test(name)
  } catch {
    return false
  }
}

/** The day (`YYYY-MM-DD`) that the course's calendar shows at an instant. */
export function dayAt (ms: number, timeZone: string): string {
  return Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).toPlainDate().toString()
}

/** The instant in ms at which a day begins in a zone. */
export function startOfDay (day: string, timeZone: string): number {
  return Temporal.PlainDate.from(day).toZonedDateTime(timeZone).epochMilliseconds
}

/** The instant in ms at which a day is over: 23:59:59.000, the later one where the clock shows it twice. */
export function endOfDay (day: string, timeZone: string): number {
  return Temporal.PlainDate.from(day).toPlainDateTime({ hour: 23, minute: 59, second: 59 })
    .toZonedDateTime(timeZone, { disambiguation: 'later' }).epochMilliseconds
}

/**
 * What the clock on the wall shows, as if it were UTC, in ms: what Excel keeps as a date, which knows no
 * zone.
 */
export function wallClock (ms: number, timeZone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
  return ms + zoned.offsetNanoseconds / 1e6
}
