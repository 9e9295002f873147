// Which result, of which line item, each cell of a student's row shows. With it, a delta can remove or move a
// result by its id alone, and results follow their line item to another task.
//
//   n x float64   key of the result: 52 bits of the SHA-1 of its sourcedId; 0 if unknown
//   n x uint32    number of the line item in its course (`task_sources.number`); 0 if unknown
//
// By slot, like the cells. Little-endian.
import { hash } from 'node:crypto'

export interface Origin {
  key: number
  item: number
}

/** A number for a result's sourcedId. */
export function resultKey (sourceId: string): number {
  return Number.parseInt(hash('sha1', sourceId, 'hex').slice(0, 13), 16)
}

/** Null if no origin is known. The same origins always give the same bytes. */
export function packOrigins (origins: ReadonlyArray<Origin | undefined>): Buffer | null {
  const isKnown = (origin?: Origin) => origin !== undefined && (origin.key !== 0 || origin.item !== 0)
  const n = 1 + origins.findLastIndex(isKnown)
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

/** Reads packed rows one after the other. It shows the row that was loaded last. */
export class OriginReader {
  #keys = new Float64Array(0)
  #items = new Uint32Array(0)

  load (row: Uint8Array | null): void {
    const bytes = row === null ? new ArrayBuffer(0) : new Uint8Array(row).buffer
    const n = bytes.byteLength / 12
    this.#keys = new Float64Array(bytes, 0, n)
    this.#items = new Uint32Array(bytes, 8 * n, n)
  }

  get length (): number { return this.#keys.length }

  key (slot: number): number { return this.#keys[slot] ?? 0 }

  item (slot: number): number { return this.#items[slot] ?? 0 }
}
