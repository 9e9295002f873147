// Rows in the binary format of COPY (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format").
// It says exactly what a value is, whatever the settings of the server, so two tables with the same rows are
// the same bytes.

/** What begins a COPY: signature, flags, and the length of nothing. */
export const COPY_HEADER = Buffer.from('PGCOPY\n\u00ff\r\n\0\0\0\0\0\0\0\0\0', 'latin1')
/** What ends it. */
export const COPY_TRAILER = Buffer.from([0xff, 0xff])

/** The types of our columns, by their numbers in `pg_type`. */
const TYPES = new Map([[17, 'bytea'], [20, 'int8'], [23, 'int4'], [25, 'text'], [701, 'float8']] as const)

type ColumnType = 'bytea' | 'int8' | 'int4' | 'text' | 'float8'

export interface CopyColumn {
  name: string
  type: ColumnType
}

/** The type of that number. Throws for one that no column of ours has. */
export function columnType (oid: number): ColumnType {
  const type = (TYPES as ReadonlyMap<number, ColumnType>).get(oid)
  if (type === undefined) throw new Error(`a column has the type ${oid}, which a copy does not know`)
  return type
}

const FIRST_BYTES = 65_536
const TWO_TO_32 = 2 ** 32

/** Writes rows one after the other. */
export class RowWriter {
  readonly #columns: readonly CopyColumn[]
  #bytes = Buffer.allocUnsafe(FIRST_BYTES)
  #length = 0
  /** Characters that PostgreSQL cannot store and that were left out: NUL. */
  leftOut = 0

  constructor (columns: readonly CopyColumn[]) {
    this.#columns = columns
  }

  get length (): number { return this.#length }

  /** Values in the order of the columns, as SQLite gives them. Throws for one that does not fit. */
  add (values: readonly unknown[]): void {
    this.#int16(this.#columns.length)
    for (const [index, column] of this.#columns.entries()) this.#value(column, values[index] ?? null)
  }

  /** What was written since the last call. Valid until the next call of `add`. */
  take (): Buffer {
    const bytes = this.#bytes.subarray(0, this.#length)
    this.#bytes = Buffer.allocUnsafe(Math.max(FIRST_BYTES, this.#length))
    this.#length = 0
    return bytes
  }

  #value ({ name, type }: CopyColumn, value: unknown): void {
    if (value === null) return this.#int32(-1)
    if (type === 'text' && typeof value === 'string') return this.#text(value)
    if (type === 'bytea' && value instanceof Uint8Array) return this.#blob(value)
    if (type === 'float8' && typeof value === 'number') return this.#double(value)
    if (type === 'int4' && isBetween(value, -(2 ** 31), 2 ** 31 - 1)) {
      this.#int32(4)
      return this.#int32(value)
    }
    if (type === 'int8' && isBetween(value, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)) {
      const high = Math.floor(value / TWO_TO_32)
      this.#int32(8)
      this.#int32(high)
      return this.#int32((value - high * TWO_TO_32) | 0)
    }
    throw new RangeError(`a value of the column ${name} does not fit ${type}`)
  }

  #text (value: string): void {
    let text = value
    if (value.includes('\0')) {
      text = value.replaceAll('\0', '')
      this.leftOut += value.length - text.length
    }
    const size = Buffer.byteLength(text)
    this.#int32(size)
    this.#room(size)
    this.#length += this.#bytes.write(text, this.#length)
  }

  #blob (value: Uint8Array): void {
    this.#int32(value.length)
    this.#room(value.length)
    this.#bytes.set(value, this.#length)
    this.#length += value.length
  }

  #double (value: number): void {
    this.#int32(8)
    this.#room(8)
    this.#length = this.#bytes.writeDoubleBE(value, this.#length)
  }

  #int32 (value: number): void {
    this.#room(4)
    this.#length = this.#bytes.writeInt32BE(value, this.#length)
  }

  #int16 (value: number): void {
    this.#room(2)
    this.#length = this.#bytes.writeInt16BE(value, this.#length)
  }

  #room (bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(2 * (this.#length + bytes))
    this.#bytes.copy(larger, 0, 0, this.#length)
    this.#bytes = larger
  }
}

function isBetween (value: unknown, least: number, most: number): value is number {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most
}
