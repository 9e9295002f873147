import type { ColumnLog, ColumnUse } from '../columns.ts'

/**
 * Finds the cells of a file's rows by the names of their columns, in any case. Of two columns, the first is
 * used.
 */
export class NamedCells {
  readonly #columns = new Map<string, number>()

  constructor (names: string[]) {
    for (const [at, name] of names.entries()) {
      if (!this.#columns.has(name.toLowerCase())) this.#columns.set(name.toLowerCase(), at)
    }
  }

  /** The trimmed cell; empty if there is no such column. `name` is in lower case. */
  cell (fields: string[], name: string): string { return fields[this.#columns.get(name) ?? -1]?.trim() ?? '' }

  /** The same; null if it is blank. */
  value (fields: string[], name: string): string | null {
    const cell = this.cell(fields, name)
    return cell === '' ? null : cell
  }
}

/** A system's columns about people, and how each is used. */
export class IdentityColumns {
  readonly #uses: ReadonlyMap<string, ColumnUse>

  /** `uses` by the columns' names in lower case. */
  constructor (uses: Readonly<Record<string, ColumnUse>>) { this.#uses = new Map(Object.entries(uses)) }

  has (name: string): boolean { return this.#uses.has(name.toLowerCase()) }

  /**
   * Notes the use of each of a file's columns about people. Others are passed on to `onOther`, in order.
   * `given`: the names as the file has them, if `names` are translated.
   */
  note (
    names: string[], log: ColumnLog, onOther: (name: string, at: number) => void, given = names
  ): void {
    const seen = new Set<string>()
    for (const [at, name] of names.entries()) {
      const key = name.toLowerCase()
      const use = this.#uses.get(key)
      if (use === undefined) onOther(name, at)
      else if (seen.has(key)) log.add(given[at] ?? name, 'left_out', 'twice')
      else log.add(given[at] ?? name, use, use === 'left_out' ? 'not_used' : null)
      seen.add(key)
    }
  }
}
