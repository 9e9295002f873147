import { isoTime } from '../../iso-time.ts'
import { isNameTooLong, NAME_MAX, shorten } from '../../short-text.ts'
import { importError, type ImportErrorName, type ImportErrorText } from '../error-messages.ts'
import type { WarningCode } from '../messages.ts'
import { optionName } from '../option-names.ts'
import { Refusal, type Problems } from '../problems.ts'
import type { DateOrder } from '../import-options.ts'
import { notANumber, type TableNumbers } from '../sources/table-numbers.ts'
import {
  dayMs, dayOf, instantMs, isRounded, memoize, VALUE_MAX, withoutNull,
} from '../sources/text-values.ts'

/**
 * Columns of OneRoster 1.0, in lower case. Only `isRead` ones are used; the others only identify a file of
 * 1.0.
 */
const OLD_COLUMNS = [
  { old: 'grade', now: 'grades', isRead: false },
  { old: 'userid', now: 'userids', isRead: false },
  { old: 'schoolyearid', now: 'schoolyearsourcedid', isRead: false },
  { old: 'agents', now: 'agentsourcedids', isRead: false },
  { old: 'termsourcedid', now: 'termsourcedids', isRead: true },
]

interface RowReaderOptions {
  file: string
  /** The header and its line. */
  names: string[]
  line: number
  required: string[]
  problems: Problems
  /** How the table writes numbers. */
  numbers: TableNumbers
  /** The order of dates that begin with the day or the month. */
  dates?: DateOrder | undefined
  /** Whether it is a table of OneRoster, which has other names in version 1.0. Default: true. */
  isOneRoster?: boolean
}

/** `2026-09-08T00:00`, `8/15/2026 12:00:00 AM`. */
const DATE_AND_TIME = /^([\d./-]+)[T ] ?(\d{1,2}:\d\d.*)$/
/** A date that begins with the day or the month, perhaps with a time. */
const OTHER_DATE = /^\d{1,2}[./-]\d{1,2}[./-]\d{2,4}(?!\d)/
const ORDERS = { mdy: '8/15/2026', dmy: '15/8/2026' }

/** Letter grades: `A-`, `INC`. */
const LETTERS = /^[A-Z]{1,3}[+\u{2212}-]?$/u
const GRADE_WORDS = /^(pass|fail|passed|failed|complete|incomplete|credit|no credit|(un)?satisfactory)$/i

/** Most characters of a list of ids in one cell. */
const ID_LIST_MAX = 10 * NAME_MAX

const instant = memoize((text) => instantMs(text) ?? dayMs(text))

/**
 * Reads the columns of a file row by row. Columns are found by their header name, in any order and case. An
 * invalid value is an error with its line and column, and is read as blank. Throws Refusal if a column is
 * missing or appears twice.
 */
export class RowReader {
  line = 0
  readonly #file: string
  readonly #problems: Problems
  readonly #columns = new Map<string, number>()
  readonly #numbers: TableNumbers
  readonly #dates: DateOrder | undefined
  #fields: string[] = []

  constructor (options: RowReaderOptions) {
    const { file, names, line, required, problems, numbers, dates, isOneRoster = true } = options
    this.#numbers = numbers
    this.#dates = dates
    this.#file = file
    this.#problems = problems
    const place = { file, line }
    names.forEach((name, i) => {
      const key = name.toLowerCase()
      if (key === '') return
      if (this.#columns.has(key) && required.some((column) => column.toLowerCase() === key)) {
        throw new Refusal(place, importError('column_twice', { column: shorten(name) }))
      }
      if (!this.#columns.has(key)) this.#columns.set(key, i)
    })
    for (const { old, now, isRead } of isOneRoster ? OLD_COLUMNS : []) {
      const index = this.#columns.get(old)
      if (index === undefined || this.#columns.has(now)) continue
      problems.warn('oneroster_1_0', place)
      if (isRead) this.#columns.set(now, index)
    }
    const missing = required.filter((column) => !this.#columns.has(column.toLowerCase()))
    if (missing.length > 0) {
      throw new Refusal(
        place,
        importError('missing_columns', { columns: missing.join(', ') })
      )
    }
  }

  next (fields: string[], line: number): void {
    this.#fields = fields
    this.line = line
  }

  column (name: string): number {
    return this.#columns.get(name.toLowerCase()) ?? -1
  }

  #trimmed (name: string): string { return withoutNull(this.#raw(name).trim()) }

  #raw (name: string): string {
    const index = this.column(name)
    return index === -1 ? '' : this.#fields[index] ?? ''
  }

  /** A name, a title or an id. One that is too long is an error and is read as blank. */
  #bounded (name: string): string {
    const text = this.#raw(name)
    if (text.length <= NAME_MAX || !isNameTooLong(text)) return text
    this.error(name, 'long_text', { most: NAME_MAX })
    return ''
  }

  /** A name or a title as it is written; null if it is blank. `NULL` can be a name. */
  text (name: string): string | null {
    const text = this.#bounded(name)
    return text.trim() === '' ? null : text
  }

  /** Any other text as it is written; null if it is blank. */
  value (name: string): string | null {
    const text = this.#bounded(name)
    const trimmed = withoutNull(text.trim())
    this.#checkId(name, trimmed)
    return trimmed === '' ? null : text
  }

  /** An id, trimmed; null if it is blank. */
  id (name: string): string | null {
    const text = withoutNull(this.#bounded(name).trim())
    this.#checkId(name, text)
    return text === '' ? null : text
  }

  #checkId (name: string, id: string): void {
    if (isRounded(id)) this.#fault(importError('rounded_id', { column: name, value: shorten(id) }))
  }

  /** An id that must not be blank. `what`: as the system calls it. */
  needed (name: string, what = 'a sourcedId'): string | null {
    const id = this.id(name)
    if (id === null) this.#fault(importError('blank_id', { column: name, what }))
    return id
  }

  /** A comma-separated list of ids. */
  ids (name: string): string[] {
    const text = withoutNull(this.#raw(name).trim())
    if (text.length > ID_LIST_MAX) {
      this.error(name, 'long_text', { most: ID_LIST_MAX })
      return []
    }
    return text.split(',').map((id) => id.trim()).filter((id) => id !== '')
  }

  /** An enumeration value in lower case. A long text is cut, since no value is that long. */
  word (name: string): string {
    return withoutNull(this.#raw(name).trim().slice(0, VALUE_MAX)).toLowerCase()
  }

  flag (name: string): boolean | null {
    const word = this.word(name)
    if (word === '') return null
    if (['true', '1', 'yes', 'y'].includes(word)) return true
    if (['false', '0', 'no', 'n'].includes(word)) return false
    this.error(name, 'not_a_flag')
    return null
  }

  number (name: string): number | null {
    const text = this.#trimmed(name)
    if (text === '') return null
    const number = this.#numbers.of(text)
    if (number === undefined) {
      this.#fault(notANumber({ title: name, value: shorten(this.#raw(name)), text, numbers: this.#numbers }))
    }
    return number ?? null
  }

  /** The number of a result; null for a blank cell and, with a warning, for a letter grade. */
  score (): number | null {
    const text = this.#trimmed('score')
    if (!LETTERS.test(text) && !GRADE_WORDS.test(text)) return this.number('score')
    this.warn('score_not_a_number')
    return null
  }

  /** A calendar day as YYYY-MM-DD. */
  date (name: string): string | null {
    const text = this.#trimmed(name)
    if (text === '') return null
    const day = dayOf(text, this.#dates)
    if (day !== undefined) return day
    const [, date = '', time] = DATE_AND_TIME.exec(text.slice(0, VALUE_MAX)) ?? []
    const dayOfTime = time === undefined ? undefined : dayOf(date, this.#dates)
    if (dayOfTime !== undefined) {
      this.warn('date_with_time')
      return dayOfTime
    }
    if (this.#dates !== undefined) this.error(name, 'date_in_order', { example: ORDERS[this.#dates] })
    else if (OTHER_DATE.test(text)) {
      this.error(name, 'unclear_date', { option: optionName('dates', this.#problems.askedBy) })
    } else this.error(name, 'not_a_date')
    return null
  }

  /**
   * A plain date, or an instant in UTC (ISO 8601). The instant's date depends on the course's time zone,
   * which is not known here.
   */
  dayOrInstant (name: string): string | null {
    const text = this.#trimmed(name)
    if (text === '') return null
    const ms = text.length > 10 ? instantMs(text) : undefined
    if (ms === undefined) return this.date(name)
    this.warn('due_instant')
    return isoTime(ms)
  }

  /** Ms since 1970; 0 if unknown. */
  lastModified (): number {
    const text = this.id('dateLastModified')
    if (text === null) return 0
    const ms = instant(text)
    if (ms === undefined) this.warn('unreadable_date_last_modified')
    return ms ?? 0
  }

  isDeleted (): boolean {
    const status = this.word('status')
    if (status === '' || status === 'active') return false
    if (status === 'inactive') this.warn('oneroster_1_0')
    if (status === 'inactive' || status === 'tobedeleted') return true
    this.error('status', 'not_a_status')
    return false
  }

  /** The id as a stand-in for a blank title, with a warning. */
  idForTitle (): string {
    this.warn('title_missing')
    return this.id('sourcedId') ?? ''
  }

  /** Adds an error about the value of a column, which its template calls `{column}` and `{value}`. */
  error (name: string, error: ImportErrorName, values: Readonly<Record<string, string | number>> = {}): void {
    this.#fault(importError(error, { column: name, value: shorten(this.#raw(name)), ...values }))
  }

  warn (code: WarningCode): void {
    this.#problems.warn(code, { file: this.#file, line: this.line })
  }

  #fault (message: ImportErrorText): void {
    this.#problems.error({ file: this.#file, line: this.line }, message)
  }
}
