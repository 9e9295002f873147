/** Length of a term in days, from its first day to its last. */
export const TERM_DAYS = 137

/** Work handed in late and marked after the term still has a date. */
const DAYS_AFTER = 30

/** A term, with days counted from its first (0). */
export interface Term {
  title: string
  startsOn: string
  endsOn: string
  /** The year in which the school year ends. */
  schoolYear: number
  /** `YYYY-MM-DD` of a day; those just before and after the term exist as well. */
  date: (day: number) => string
  /** The day itself, or the Monday after it. */
  schoolDay: (day: number) => number
}

/** The term that begins on a day. Throws a RangeError on what is no day of the calendar. */
export function termFrom (startsOn: string): Term {
  const start = Temporal.PlainDate.from(startsOn, { overflow: 'reject' })
  const dates = Array.from(
    { length: TERM_DAYS + DAYS_AFTER + 1 },
    (_, day) => start.add({ days: day }).toString()
  )
  const isSpring = start.month < 7
  return {
    title: `${isSpring ? 'Spring' : 'Fall'} ${start.year}`,
    startsOn: start.toString(),
    endsOn: start.add({ days: TERM_DAYS }).toString(),
    schoolYear: start.year + (isSpring ? 0 : 1),
    date: (day) => dates[day] ?? start.add({ days: day }).toString(),
    schoolDay (day) {
      const weekday = (start.dayOfWeek - 1 + day) % 7
      return weekday < 5 ? day : day + 7 - weekday
    },
  }
}
