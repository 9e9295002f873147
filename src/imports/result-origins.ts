// Which result, of which line item, stands in each cell of a student's row: so that a delta can take back or
// move a result that it names by nothing but its id, and so that results follow their line item into another
// task.
//
//   n x float64   a number that stands for the result's sourcedId (52 bits of its SHA-1), 0: unknown
//   n x uint32    the line item's number in its course (`task_sources.number`), 0: unknown
//
// By slot, like the cells. Little-endian.
import { hash } from 'node:crypto'

export interface Origin {
  key: number
  item: number
}

export function resultKey (sourceId: string): number {
  return Number.parseInt(hash('sha1', sourceId, 'hex').slice(0, 13), 16)
}

/** Null where nothing is known of any cell. The same origins always give the same bytes. */
export function packOrigins (origins: ReadonlyArray<Origin | undefined>): Buffer | null {
  let n = origins.length
  while (
    n > 0 && (origins[n - 1] === undefined || (origins[n - 1]!.key === 0 && origins[n - 1]!.item === 0))
  ) n--
  if (n === 0) return null
  const bytes = new ArrayBuffer(12 * n)
  const keys = new Float64Array(bytes, 0, n)
  const items = new Uint32Array(bytes, 8 * n, n)
  for (let i = 0; i < n; i++) {
    keys[i] = origins[i]?.key ?? 0
    items[i] = origins[i]?.item ?? 0
  }
  return Buffer.from(bytes)
}

export class OriginReader {
  #keys = new Float64Array(0)
  #items = new Uint32Array(0)

  load (row: Uint8Array | null): void {
    const bytes = row === null ? new ArrayBuffer(0) : new Uint8Array(row).buffer
    const n = bytes.byteLength / 12
    this.#keys = new Float64Array(bytes, 0, n)
    this.#items = new Uint32Array(bytes, 8 * n, n)
  }

  get length (): number {
    return this.#keys.length
  }

  key (slot: number): number {
    return this.#keys[slot] ?? 0
  }

  item (slot: number): number {
    return this.#items[slot] ?? 0
  }
}
