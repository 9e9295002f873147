// Where the objects of a PDF are in the file. The table takes a few bytes for each section, however many
// objects that has, and is written as a cross-reference stream (ISO 32000-1, 7.5.8).

/** Runs are kept in arrays of this many, so that none is copied when there are more runs. */
const PIECE = 4096
/** Bytes of an entry's fields: its kind, an offset or an object stream's id, and the index in that stream. */
export const WIDTHS = [1, 5, 2] as const
/** Bytes of an entry. */
export const ENTRY = 8
/** Each entry is stored as its difference from the one before (PNG filter 2), which compresses best. */
const UP = 2
const CHUNK = 65_536
const FREE = 0
const PLAIN = 1
const COMPRESSED = 2

export class ObjectTable {
  /** For each run of objects: the first id, then its offset in the file, or minus its object stream's id. */
  readonly #runs: Float64Array[] = []
  #length = 0
  #next = 1

  /** The id that the next object gets. */
  get next (): number { return this.#next }

  /** Reserves ids for a run: `count` objects, one after the other in one place. Returns the first id. */
  reserve (count = 1): number {
    const id = this.#next
    if (this.#length % PIECE === 0) this.#runs.push(new Float64Array(2 * PIECE))
    const piece = this.#runs.at(-1)
    const at = 2 * (this.#length % PIECE)
    piece?.set([id, NaN], at)
    this.#length++
    this.#next += count
    return id
  }

  /** Notes that the run that begins with object `id` is at this offset in the file, in bytes. */
  placeAt (id: number, offset: number): void { this.#place(id, offset) }

  /** Notes that the run that begins with object `id` is all of the object stream with the id `stream`. */
  placeIn (id: number, stream: number): void { this.#place(id, -stream) }

  /** The entries of all objects, in order of their ids. */
  * entries (): Generator<Buffer> {
    let chunk = Buffer.allocUnsafe(CHUNK)
    let used = 0
    let [kind, place, index] = [0, 0, 0]
    const last = Buffer.alloc(ENTRY)
    const entry = Buffer.alloc(ENTRY)
    const write = () => {
      entry[0] = kind
      entry.writeUIntBE(place, WIDTHS[0], WIDTHS[1])
      entry.writeUInt16BE(index, WIDTHS[0] + WIDTHS[1])
      chunk[used++] = UP
      for (let i = 0; i < ENTRY; i++) chunk[used++] = (entry[i] ?? 0) - (last[i] ?? 0)
      entry.copy(last)
    };
    [kind, place, index] = [FREE, 0, 65_535]
    write()
    for (let run = 0; run < this.#length; run++) {
      const [first, at] = [this.#first(run), this.#value(run)]
      const end = run + 1 < this.#length ? this.#first(run + 1) : this.#next
      for (let id = first; id < end; id++) {
        if (used + 1 + ENTRY > CHUNK) {
          yield chunk.subarray(0, used)
          chunk = Buffer.allocUnsafe(CHUNK)
          used = 0
        }
        if (at < 0) [kind, place, index] = [COMPRESSED, -at, id - first]
        else [kind, place, index] = Number.isNaN(at) ? [FREE, 0, 0] : [PLAIN, at, 0]
        write()
      }
    }
    yield chunk.subarray(0, used)
  }

  #place (id: number, value: number): void {
    let [low, high] = [0, this.#length - 1]
    while (low < high) {
      const middle = Math.ceil((low + high) / 2)
      if (this.#first(middle) <= id) low = middle
      else high = middle - 1
    }
    const piece = this.#runs[Math.floor(low / PIECE)]
    if (piece === undefined || this.#first(low) !== id) throw new Error(`there is no run with object ${id}`)
    piece[2 * (low % PIECE) + 1] = value
  }

  #first (run: number): number { return this.#runs[Math.floor(run / PIECE)]?.[2 * (run % PIECE)] ?? NaN }
  #value (run: number): number { return this.#runs[Math.floor(run / PIECE)]?.[2 * (run % PIECE) + 1] ?? NaN }
}
