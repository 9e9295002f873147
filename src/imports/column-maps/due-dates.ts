// Due dates in the headers of columns, as in "HW 1 (9/8/2026)", and in a row of due dates.
import type { DateOrder } from '../import-options.ts'
import { dayOf } from '../sources/text-values.ts'

/** Most characters of a header or a cell that are searched for a date. */
const LOOKED_AT = 200
/** The first three letters of the months, in English and Spanish. */
const MONTHS = [
  'jan|ene', 'feb', 'mar', 'apr|abr', 'may', 'jun', 'jul', 'aug|ago', 'sep', 'oct', 'nov', 'dec|dic',
]
const MONTH = `(?:${MONTHS.join('|')})\\p{L}{0,7}\\.?`
// With a year of two digits, "1.2.26" is more likely a chapter than a date.
const NUMBERS = '\\d{4}-\\d{1,2}-\\d{1,2}|\\d{1,2}([./-])\\d{1,2}\\1\\d{4}|\\d{1,2}/\\d{1,2}/\\d\\d'
const NAMED = `${MONTH} \\d{1,2}(?:st|nd|rd|th)?,? \\d{4}|\\d{1,2}(?:\\.|st|nd|rd|th)?[ -]${MONTH}[ -]\\d{4}`
const DATE = new RegExp(`(?<![\\p{L}\\d./-])(?:${NUMBERS}|${NAMED})(?![\\p{L}\\d]|[./-]\\d)`, 'iu')
/** A date and what surrounds it: brackets, the word "due", a separator. */
const DATE_IN_HEADER = new RegExp(
  `[ ]?[-–|,:]?[ ]?[([]?[ ]?(?:\\b(?:due|entrega|fällig):? ?)?${DATE.source}[ ]?[)\\]]?`, 'iu'
)
const MONTH_FIRST = new RegExp(`^(${MONTH}) (\\d{1,2})\\p{L}{0,2},? (\\d{4})$`, 'iu')
const DAY_FIRST = new RegExp(`^(\\d{1,2})(?:\\.|\\p{L}{2})?[ -](${MONTH})[ -](\\d{4})$`, 'iu')
const ORDERED = /^(\d{1,2})[./-](\d{1,2})[./-]\d{2,4}$/
const TIME = /[T ]\d{1,2}:\d\d.*$/s

/** The label of a row of due dates. */
const LABEL =
  /^(due( date)?s?|dates?( due)?|deadlines?|fechas?( de entrega| l[ií]mite)?|f[aä]llig( am)?|abgabe(datum)?|datum)[:.]?$/i

/** "Date" alone may be a label for the date of the file. */
const PLAIN_LABEL = /^(dates?|fechas?|datum)[:.]?$/i

export function isDueLabel (cell: string): boolean { return cell.length <= 40 && LABEL.test(cell) }

/** Whether a label is so clear that a single date in its row is enough. */
export function isClearDueLabel (cell: string): boolean {
  return isDueLabel(cell) && !PLAIN_LABEL.test(cell)
}

/** The date that a header names, and the header without it; undefined if it names none. */
export function dateInHeader (header: string): { title: string, date: string } | undefined {
  if (header.length > LOOKED_AT) return undefined
  const text = header.replace(/\s+/g, ' ').trim()
  const [date] = DATE.exec(text) ?? []
  if (date === undefined) return undefined
  const title = withoutSigns(text.replace(DATE_IN_HEADER, ' ').replace(/\s+/g, ' '))
  return { title: /[\p{L}\d]/u.test(title) ? title : text, date }
}

/** The text without separators at its ends. */
function withoutSigns (text: string): string {
  const isSign = (character: string) => '-–|,: '.includes(character)
  const characters = [...text]
  const first = characters.findIndex((one) => !isSign(one))
  const last = characters.findLastIndex((one) => !isSign(one))
  return first === -1 ? '' : characters.slice(first, last + 1).join('')
}

/** Whether a cell is a date, whatever the order of day and month. */
export function isDay (cell: string): boolean {
  return [undefined, 'mdy' as const, 'dmy' as const].some((order) => dueDay(cell, order) !== undefined)
}

/**
 * The date in a cell, `YYYY-MM-DD`; undefined if there is none. Ignores a time of day, and understands names
 * of months.
 */
export function dueDay (cell: string, order: DateOrder | undefined): string | undefined {
  if (cell.length > LOOKED_AT) return undefined
  const text = cell.replace(TIME, '').trim()
  const plain = dayOf(text, order)
  if (plain !== undefined) return plain
  const [, name, day, year] = MONTH_FIRST.exec(text) ?? []
  if (name !== undefined) return namedDay(name, day, year)
  const [, first, month, ofYear] = DAY_FIRST.exec(text) ?? []
  return month === undefined ? undefined : namedDay(month, first, ofYear)
}

function namedDay (name: string, day = '', year = ''): string | undefined {
  const month = 1 + MONTHS.findIndex((one) => one.split('|').includes(name.slice(0, 3).toLowerCase()))
  return dayOf(`${year}-${month}-${day}`)
}

/** The order of dates, as a day after the 12th shows it. Undefined: no date shows it, or they disagree. */
export function orderShownBy (dates: Iterable<string>): DateOrder | undefined {
  const shown = new Set<DateOrder>()
  for (const date of dates) {
    const match = ORDERED.exec(date.slice(0, LOOKED_AT).replace(TIME, ''))
    const [, first = 0, second = 0] = match?.map(Number) ?? []
    if (first > 12) shown.add('dmy')
    if (second > 12) shown.add('mdy')
  }
  const [only] = shown
  return shown.size === 1 ? only : undefined
}
