import { boundMessage, shorten } from '../short-text.ts'
import type { TableGuess } from './column-maps/table-guess.ts'
import { importError, type ImportErrorText } from './error-messages.ts'
import type { ImportFormat } from './import-options.ts'
import { WARNINGS, warningText, type WarningCode, type WarningWords } from './messages.ts'
import { optionName, type AskedBy } from './option-names.ts'
import type { ImportError, ImportWarning } from './outcome.ts'

/** Where a problem is. */
export interface Place {
  file: string | null
  line?: number | null
  path?: string | null
  /** With a warning: what it quotes of the row, already shortened. */
  cell?: string | undefined
}

/** An error that stops the reading of a file, or of the whole import. `Problems.collect` catches it. */
export class Refusal extends Error {
  declare readonly message: ImportErrorText
  readonly place: Place
  /** If the error is that the columns of a table are not known: what they may be. */
  readonly guess: TableGuess | undefined
  constructor (place: Place, message: ImportErrorText, guess?: TableGuess) {
    super(message)
    this.place = place
    this.guess = guess
  }
}

type BoundPlace = Required<Omit<Place, 'cell'>>

/** Errors that an import lists by default. The others are counted. */
export const ERRORS_LISTED = 20
/** Most characters of all errors of one import together, as JSON. Errors that do not fit are counted. */
const ERRORS_MAX = 40_000
/** Most characters of a cell with the name of its column. */
const CELL_MAX = 150
/** Most characters of a file name or a JSON path with an error. Both come from the file. */
const PLACE_MAX = 200

/**
 * Errors and warnings of one import as they are found: the first ones in full, the others counted. No
 * message that leaves here is longer than a message may be. Quote a file's content with `shorten`, so that
 * the rest of the message is kept.
 */
export class Problems {
  readonly errors: ImportError[] = []
  errorCount = 0
  /** In a dry run: of the first table whose columns were guessed or remembered. */
  guess: TableGuess | undefined
  /** The format of the first source, once it is known. */
  format: ImportFormat | undefined
  #size = 0
  readonly #warnings = new Map<WarningCode, { count: number, first: BoundPlace, cell: string | undefined }>()
  /** Where options are named as messages name them. */
  readonly askedBy: AskedBy | undefined
  readonly #isOfTeacher: boolean

  constructor ({ isOfTeacher = false, askedBy }: WarningWords = {}) {
    this.#isOfTeacher = isOfTeacher
    this.askedBy = askedBy
  }

  error (place: Place, message: ImportErrorText): void {
    this.errorCount++
    if (this.errors.length >= ERRORS_LISTED) return
    const error = { ...boundPlace(place), message: boundMessage(message) }
    // A control character takes six characters in JSON.
    this.#size += JSON.stringify(error).length
    if (this.#size <= ERRORS_MAX) this.errors.push(error)
  }

  /** Counts errors that are not listed, because they come after those that are. */
  countErrors (count: number): void { this.errorCount += count }

  refuse (refusal: Refusal): void {
    this.error(refusal.place, refusal.message)
    this.guess ??= refusal.guess
  }

  /** Runs a step of an import. If it throws a Refusal, that becomes an error. Other errors are thrown on. */
  async collect (step: () => Promise<void>): Promise<void> {
    try {
      await step()
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      this.refuse(error)
    }
  }

  warn (code: WarningCode, place: Place, count = 1): void {
    const known = this.#warnings.get(code)
    if (known !== undefined) known.count += count
    else {
      this.#warnings.set(code, {
        count,
        first: boundPlace(place),
        cell: place.cell === undefined ? undefined : shorten(place.cell, CELL_MAX),
      })
    }
  }

  get hasErrors (): boolean {
    return this.errorCount > 0
  }

  /** In the order of WARNINGS. Each says where it occurred first. */
  warnings (): ImportWarning[] {
    return (Object.keys(WARNINGS) as WarningCode[]).flatMap((code) => {
      const warning = this.#warnings.get(code)
      if (warning === undefined) return []
      const { count, first, cell } = warning
      const quote = cell === undefined ? '' : `: ${cell}`
      const place = `${count === 1 ? 'in' : 'first in'} ${showPlace(first)}${quote}`
      const message = boundMessage(`${this.#textOf(code)} (${place}).`)
      return [{ code, message, count, ...first, cell: cell ?? null }]
    })
  }

  /** For `--strict`: every kind of warning becomes an error. */
  turnWarningsIntoErrors (): void {
    for (const [code, { count, first, cell }] of this.#warnings) {
      this.error(first, importError('warning_as_error', {
        warning: `${this.#textOf(code)}${cell === undefined ? '' : `: ${cell}`}`,
        times: count === 1 ? 'once' : `${count} times`,
        strict: optionName('strict', this.askedBy),
      }))
    }
  }

  #textOf (code: WarningCode): string {
    return warningText(code, { isOfTeacher: this.#isOfTeacher, askedBy: this.askedBy })
  }
}

function boundPlace ({ file, line = null, path = null }: Place): BoundPlace {
  return {
    file: file === null ? null : shorten(file, PLACE_MAX),
    line,
    path: path === null ? null : shorten(path, PLACE_MAX),
  }
}

/** `file:line` or `file:path`, as far as it is known. */
export function showPlace ({ file, line, path }: Place): string {
  return [file, path ?? line].filter((part) => part !== null && part !== undefined).join(':')
}
