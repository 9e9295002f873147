// Days and clock times in a course's own zone. All other code uses instants in ms.

/** Whether this is the name of a time zone (IANA, such as `America/Chicago`, or `UTC`). */
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

/**
 * The instant in ms at which a day ends: 23:59:59.000, or the later one if the clock shows that time twice.
 */
export function endOfDay (day: string, timeZone: string): number {
  return Temporal.PlainDate.from(day).toPlainDateTime({ hour: 23, minute: 59, second: 59 })
    .toZonedDateTime(timeZone, { disambiguation: 'later' }).epochMilliseconds
}

/** What a clock in the zone shows, as if it were UTC, in ms. Excel's dates are such times, without a zone. */
export function wallClock (ms: number, timeZone: string): number {
  const zoned = Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone)
  return ms + zoned.offsetNanoseconds / 1e6
}
