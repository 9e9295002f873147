import { boundMessage, shorten } from '../short-text.ts'
import {
  WARNINGS,
  WARNINGS_OF_TEACHER,
  type ImportError,
  type ImportWarning,
  type WarningCode,
} from './outcome.ts'

/** Where something was met. */
export interface Place {
  file: string | null
  line?: number | null
  path?: string | null
  /** With a warning: what is quoted of the row, already shortened. */
  cell?: string | undefined
}

/**
 * A fault after which this file, or the whole import, cannot be read on. It is caught where errors are
 * collected.
 */
export class Refusal extends Error {
  readonly place: Place
  constructor (place: Place, message: string) {
    super(message)
    this.place = place
  }
}

type BoundPlace = Required<Omit<Place, 'cell'>>

/** Errors that an import lists, unless it was asked for more; the rest is counted. */
export const ERRORS_LISTED = 20
/** Most characters of all errors of one import together, as JSON; those that do not fit are counted. */
const ERRORS_MAX = 40_000
/** Most characters of a cell with the name of its column. */
const CELL_MAX = 150
/** Most characters of a file's name or a JSON path with an error: both come from the file. */
const PLACE_MAX = 200

/**
 * Errors and warnings of one import as they are found: the first ones in full, the rest counted. All messages
 * pass through here, and none leaves longer than a message may be; quote a file's content with `shorten`, so
 * that the rest of the message is kept.
 */
export class Problems {
  readonly errors: ImportError[] = []
  errorCount = 0
  #size = 0
  readonly #warnings = new Map<WarningCode, { count: number, first: BoundPlace, cell: string | undefined }>()
  readonly #most: number
  readonly #texts: Readonly<Record<WarningCode, string>>

  /** `most`: errors that are kept in full. `isOfTeacher`: warnings are worded for a teacher's import. */
  constructor ({ most = ERRORS_LISTED, isOfTeacher = false } = {}) {
    this.#most = most
    this.#texts = isOfTeacher ? { ...WARNINGS, ...WARNINGS_OF_TEACHER } : WARNINGS
  }

  error (place: Place, message: string): void {
    this.errorCount++
    if (this.errors.length >= this.#most) return
    const error = { ...boundPlace(place), message: boundMessage(message) }
    // Control characters take six in JSON.
    this.#size += JSON.stringify(error).length
    if (this.#size <= ERRORS_MAX) this.errors.push(error)
  }

  /** Counts errors that are not listed, because they come after those that are. */
  countErrors (count: number): void {
    this.errorCount += count
  }

  refuse (refusal: Refusal): void {
    this.error(refusal.place, refusal.message)
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

  /** In the order of WARNINGS; each says where it was met first. */
  warnings (): ImportWarning[] {
    return (Object.keys(WARNINGS) as WarningCode[]).flatMap((code) => {
      const met = this.#warnings.get(code)
      if (met === undefined) return []
      const { count, first, cell } = met
      const place = `${count === 1 ? 'in' : 'first in'} ${showPlace(first)}${
        cell === undefined ? '' : `: ${cell}`
      }`
      const message = boundMessage(`${this.#texts[code]} (${place}).`)
      return [{ code, message, count, ...first, cell: cell ?? null }]
    })
  }

  /** For `--strict`: every kind of warning is an error. */
  turnWarningsIntoErrors (): void {
    for (const [code, { count, first, cell }] of this.#warnings) {
      const what = `${this.#texts[code]}${cell === undefined ? '' : `: ${cell}`}`
      const times = count === 1 ? 'once' : `${count} times`
      const strict = 'with --strict ("Treat warnings as errors" on the page) a warning is an error'
      this.error(first, `${what}; ${times}, and ${strict}`)
    }
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
