// The binary format of COPY (https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format"): exact
// for numbers, and without escapes. Values are as better-sqlite3 has them.

/** What a plan or a row of the service has in its columns. */
export type CopyType = 'bigint' | 'integer' | 'double' | 'text' | 'bytes'

/** The types of columns, by their OIDs in PostgreSQL. */
export const TYPE_OF_OID: Readonly<Record<number, CopyType>> = {
  20: 'bigint', 23: 'integer', 701: 'double', 25: 'text', 17: 'bytes',
}

type CopyValue = number | string | Buffer | null

const SIGNATURE = Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1')
/** Signature, flags, and the length of an extension. */
const HEADER_BYTES = SIGNATURE.length + 8
const END = -1
const IS_NULL = -1
/** Rows are written in pieces of about this size, bytes. */
const PIECE = 2 ** 18
/** Room for the first rows, bytes: most imports copy few into each table. */
const FIRST = 2 ** 12
const HIGH = 2 ** 32

/** Encodes rows, in pieces. Rows are read as the pieces are taken. */
export function * copyPieces (
  types: readonly CopyType[], rows: Iterable<readonly unknown[]>
): Generator<Buffer> {
  const writer = new CopyWriter()
  writer.header()
  for (const row of rows) {
    writer.row(types, row as readonly CopyValue[])
    if (writer.length >= PIECE) yield writer.take()
  }
  writer.end()
  yield writer.take()
}

class CopyWriter {
  #bytes = Buffer.allocUnsafe(FIRST)
  length = 0

  header (): void {
    this.#room(HEADER_BYTES)
    SIGNATURE.copy(this.#bytes, this.length)
    this.#bytes.fill(0, this.length + SIGNATURE.length, this.length + HEADER_BYTES)
    this.length += HEADER_BYTES
  }

  row (types: readonly CopyType[], values: readonly CopyValue[]): void {
    this.#room(2)
    this.length = this.#bytes.writeInt16BE(types.length, this.length)
    for (const [i, type] of types.entries()) this.#value(type, values[i] ?? null)
  }

  end (): void {
    this.#room(2)
    this.length = this.#bytes.writeInt16BE(END, this.length)
  }

  /** What was written since the last call. */
  take (): Buffer {
    const piece = this.#bytes.subarray(0, this.length)
    // After a full piece, another is likely.
    this.#bytes = Buffer.allocUnsafe(this.length < PIECE ? FIRST : 2 * PIECE)
    this.length = 0
    return piece
  }

  #value (type: CopyType, value: CopyValue): void {
    if (value === null) {
      this.#begin(0)
      this.#bytes.writeInt32BE(IS_NULL, this.length - 4)
    } else if (typeof value === 'string') {
      this.#begin(Buffer.byteLength(value))
      this.length += this.#bytes.write(value, this.length)
    } else if (typeof value === 'object') {
      this.#begin(value.length)
      this.length += value.copy(this.#bytes, this.length)
    } else if (type === 'double') {
      this.#begin(8)
      this.length = this.#bytes.writeDoubleBE(value, this.length)
    } else {
      this.#begin(8)
      this.length = this.#bytes.writeInt32BE(Math.floor(value / HIGH), this.length)
      this.length = this.#bytes.writeUInt32BE(value >>> 0, this.length)
    }
  }

  #begin (bytes: number): void {
    this.#room(4 + bytes)
    this.length = this.#bytes.writeInt32BE(bytes, this.length)
  }

  #room (bytes: number): void {
    if (this.length + bytes <= this.#bytes.length) return
    const larger = Buffer.allocUnsafe(Math.max(2 * this.#bytes.length, this.length + bytes))
    this.#bytes.copy(larger, 0, 0, this.length)
    this.#bytes = larger
  }
}

/** Decodes rows piece by piece; a piece may end anywhere. */
export class CopyReader {
  readonly #types: readonly CopyType[]
  #rest: Buffer = Buffer.alloc(0)
  #hasHeader = false

  constructor (types: readonly CopyType[]) { this.#types = types }

  /** The rows that are complete by now. Their bytes are those of the piece. */
  rows (piece: Buffer): CopyValue[][] {
    const bytes = this.#rest.length === 0 ? piece : Buffer.concat([this.#rest, piece])
    let at = 0
    if (!this.#hasHeader) {
      if (bytes.length < HEADER_BYTES) {
        this.#rest = bytes
        return []
      }
      at = HEADER_BYTES + bytes.readInt32BE(HEADER_BYTES - 4)
      this.#hasHeader = true
    }
    const rows: CopyValue[][] = []
    for (;;) {
      const end = this.#endOfRow(bytes, at)
      if (end === undefined) break
      rows.push(this.#row(bytes, at + 2))
      at = end
    }
    this.#rest = bytes.subarray(at)
    return rows
  }

  /** Where the row ends that begins here; undefined: it is not complete, or there is none. */
  #endOfRow (bytes: Buffer, from: number): number | undefined {
    if (bytes.length < from + 2 || bytes.readInt16BE(from) === END) return undefined
    let at = from + 2
    for (let i = 0; i < this.#types.length; i++) {
      if (bytes.length < at + 4) return undefined
      at += 4 + Math.max(0, bytes.readInt32BE(at))
    }
    return at <= bytes.length ? at : undefined
  }

  #row (bytes: Buffer, from: number): CopyValue[] {
    let at = from
    const values: CopyValue[] = []
    for (const type of this.#types) {
      const length = bytes.readInt32BE(at)
      const begin = at + 4
      at = begin + Math.max(0, length)
      values.push(length === IS_NULL ? null : decoded(type, bytes, [begin, at]))
    }
    return values
  }
}

function decoded (type: CopyType, bytes: Buffer, [begin, end]: [number, number]): CopyValue {
  switch (type) {
    case 'text': return bytes.toString('utf8', begin, end)
    case 'bytes': return bytes.subarray(begin, end)
    case 'double': return bytes.readDoubleBE(begin)
    case 'integer': return bytes.readInt32BE(begin)
    case 'bigint': return bytes.readInt32BE(begin) * HIGH + bytes.readUInt32BE(begin + 4)
  }
}
