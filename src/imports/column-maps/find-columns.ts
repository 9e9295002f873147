// Finds the columns that a map names in the header of a table.
import { NAME_MAX, shorten } from '../../short-text.ts'
import { columnLetters, columnOfLetters } from '../column-letters.ts'

/** A column that is not there, or is there twice, in words. */
interface NoColumn { fault: string }

/** The columns of one header. */
export class HeaderColumns {
  readonly #names: readonly string[]
  readonly #exact = new Map<string, number[]>()
  readonly #loose = new Map<string, number[]>()

  constructor (names: readonly string[]) {
    this.#names = names
    for (const [at, name] of names.entries()) {
      if (name === '') continue
      add(this.#exact, name, at)
      add(this.#loose, looseName(name), at)
    }
  }

  /**
   * The index of a column, from its header, its letter or its number from 1. A header counts before a letter,
   * and ignores case and spaces if no header is exactly the same.
   */
  find (column: string | number): number | NoColumn {
    if (typeof column === 'number') return this.#at(column - 1, String(column))
    const found = this.#exact.get(column.trim()) ?? this.#loose.get(looseName(column)) ?? []
    const [first, ...others] = found
    if (first !== undefined && others.length === 0) return first
    if (first !== undefined) {
      const letters = found.slice(0, 3).map((at) => columnLetters(at + 1))
      return {
        fault: `${found.length} columns are named "${shorten(column)}"; name one by its letter: ` +
          `${letters.join(', ')}${found.length > letters.length ? ', …' : ''}`,
      }
    }
    if (/^[A-Za-z]{1,3}$/.test(column)) return this.#at(columnOfLetters(column) - 1, `"${column}"`)
    const names = this.#names.filter((name) => name !== '')
    const shown = names.slice(0, 8).map((name) => `"${shorten(name, 30)}"`).join(', ')
    return {
      fault: `no column is named "${shorten(column)}"; the header has ${shown}` +
        `${names.length > 8 ? ` and ${names.length - 8} more` : ''}`,
    }
  }

  #at (index: number, given: string): number | NoColumn {
    if (index < this.#names.length) return index
    const last = this.#names.length
    return { fault: `there is no column ${given}; the last one is ${columnLetters(last)} (${last})` }
  }
}

function looseName (name: string): string {
  // Readers refuse longer headers.
  return name.slice(0, 2 * NAME_MAX).normalize('NFC').toLowerCase().replace(/\s+/g, ' ').trim()
}

function add (columns: Map<string, number[]>, name: string, at: number): void {
  const known = columns.get(name)
  if (known === undefined) columns.set(name, [at])
  else known.push(at)
}
