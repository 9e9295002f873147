// Which result, of which line item, each cell of a student's row shows. With it, a delta can remove or move a
// result by its id alone, and results follow their line item to another task.
//
//   n x float64   key of the result: 52 bits of the SHA-1 of its sourcedId; 0 if unknown
//   n x uint32    number of the line item in its course (`task_sources.number`); 0 if unknown
//
// By slot, like the cells. Little-endian. The sourcedIds are stored next to it, see `db/packed-ids.ts`. An
// id whose key is another one is not that of the result: a program of an earlier version, which knows no ids,
// wrote the origins.
import { hash } from 'node:crypto'
import { idAt, placesOfIds, type PlacedId } from '../../db/packed-ids.ts'

/** With the id of the result. */
export interface Origin extends PlacedId {
  key: number
  item: number
}

const NO_ID: PlacedId = { ids: null, idAt: 0 }

/** A number for a result's sourcedId. */
export function resultKey (sourceId: string): number {
  // In Latin-1, each byte is a character. There are millions: this takes two thirds of the time of digits.
  const bytes = hash('sha1', sourceId, 'latin1')
  const at = (i: number) => bytes.charCodeAt(i)
  const high = (at(0) << 24 | at(1) << 16 | at(2) << 8 | at(3)) >>> 0
  return high * 2 ** 20 + (at(4) << 12 | at(5) << 4 | at(6) >> 4)
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
  #ids: Buffer | null = null
  /** Found when they are first asked for. */
  #idPlaces: number[] | undefined

  load (row: Uint8Array | null, ids: Uint8Array | null = null): void {
    this.#ids = ids === null ? null : Buffer.from(ids.buffer, ids.byteOffset, ids.length)
    this.#idPlaces = undefined
    const bytes = row === null ? new ArrayBuffer(0) : new Uint8Array(row).buffer
    const n = bytes.byteLength / 12
    this.#keys = new Float64Array(bytes, 0, n)
    this.#items = new Uint32Array(bytes, 8 * n, n)
  }

  get length (): number { return this.#keys.length }

  key (slot: number): number { return this.#keys[slot] ?? 0 }

  item (slot: number): number { return this.#items[slot] ?? 0 }

  /** The id that is stored for the result, whether or not it fits the key. */
  placedId (slot: number): PlacedId {
    if (this.#ids === null) return NO_ID
    this.#idPlaces ??= placesOfIds(this.#ids)
    const at = this.#idPlaces[slot]
    return at === undefined ? NO_ID : { ids: this.#ids, idAt: at }
  }

  /** The sourcedId of the result; undefined: it is not known. */
  id (slot: number): string | undefined {
    const { ids, idAt: at } = this.placedId(slot)
    const id = ids === null ? undefined : idAt(ids, at)
    return id !== undefined && resultKey(id) === this.key(slot) ? id : undefined
  }
}
