const MINUTE_S = 60
const STEPS: ReadonlyArray<readonly [Intl.RelativeTimeFormatUnit, number]> = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', MINUTE_S],
]

export interface Formats {
  /** A fraction as a percentage with at most one decimal; null as a dash. */
  percent: (fraction: number | null) => string
  /** A score or an average as a percentage with exactly one decimal, so that columns line up. */
  score: (fraction: number | null) => string
  number: (value: number) => string
  /** A number with exactly this many decimals. */
  decimals: (value: number, count: number) => string
  /** A number of bytes, with a suitable unit. */
  size: (bytes: number) => string
  /** Day and time in a time zone, with the name of the zone. */
  exactTime: (iso: string, timeZone: string) => string
  /** The same to the minute, for what a person plans: a due date, the end of a link. */
  time: (iso: string, timeZone: string) => string
  /** The day in a time zone. */
  day: (iso: string, timeZone: string) => string
  /** Day and month in a time zone. */
  shortDay: (iso: string, timeZone: string) => string
  /** "2 minutes ago"; both times in ms since 1970. */
  ago: (time: number, now: number) => string
  /** Compares names in the order of this language; digits by their value. */
  compare: (a: string, b: string) => number
}

/** Formats of numbers and dates, and the sort order, of a locale. */
export function formats (locale: string): Formats {
  const percents = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 })
  const scores = new Intl.NumberFormat(locale, {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  })
  const withDecimals = new Map<number, Intl.NumberFormat>()
  const numbers = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 })
  const relative = new Intl.RelativeTimeFormat(locale, { numeric: 'auto' })
  const inZone = new Map<string, Record<'exact' | 'time' | 'day' | 'short', Intl.DateTimeFormat>>()
  const zone = (timeZone: string) => {
    const known = inZone.get(timeZone) ?? {
      exact: new Intl.DateTimeFormat(locale, {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: 'numeric',
        minute: '2-digit',
        second: '2-digit',
        timeZoneName: 'short',
        timeZone,
      }),
      time: new Intl.DateTimeFormat(locale, {
        year: 'numeric',
        month: 'short',
        day: 'numeric',
        hour: 'numeric',
        minute: '2-digit',
        timeZoneName: 'short',
        timeZone,
      }),
      day: new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone }),
      short: new Intl.DateTimeFormat(locale, { month: 'short', day: 'numeric', timeZone }),
    }
    inZone.set(timeZone, known)
    return known
  }
  return {
    percent: (fraction) => fraction === null ? '–' : percents.format(fraction),
    score: (fraction) => fraction === null ? '–' : scores.format(fraction),
    number: (value) => numbers.format(value),
    decimals: (value, count) => {
      const format = withDecimals.get(count) ??
        new Intl.NumberFormat(locale, { minimumFractionDigits: count, maximumFractionDigits: count })
      withDecimals.set(count, format)
      return format.format(value)
    },
    size: (bytes) => {
      const [value, unit] = bytes < 1000
        ? [bytes, 'byte']
        : bytes < 1e6
          ? [bytes / 1e3, 'kilobyte']
          : bytes < 1e9
            ? [bytes / 1e6, 'megabyte']
            : [bytes / 1e9, 'gigabyte']
      return new Intl.NumberFormat(locale, {
        style: 'unit',
        unit,
        unitDisplay: unit === 'byte' ? 'long' : 'short',
        maximumSignificantDigits: 3,
      }).format(value)
    },
    exactTime: (iso, timeZone) => zone(timeZone).exact.format(new Date(iso)),
    time: (iso, timeZone) => zone(timeZone).time.format(new Date(iso)),
    day: (iso, timeZone) => zone(timeZone).day.format(new Date(iso)),
    shortDay: (iso, timeZone) => zone(timeZone).short.format(new Date(iso)),
    ago: (time, now) => {
      const seconds = Math.round((time - now) / 1000)
      const [unit, size] = STEPS.find(([, size]) => Math.abs(seconds) >= size) ?? ['second', 1]
      return relative.format(Math.trunc(seconds / size), unit)
    },
    compare: new Intl.Collator(locale, { numeric: true }).compare,
  }
}
