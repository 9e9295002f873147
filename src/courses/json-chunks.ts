const CHUNK = 256 * 1024

/** JSON gathered into chunks of bytes. A large page is longer than a string can be. */
export class JsonChunks {
  readonly #done: Uint8Array[] = []
  #text: string[] = []
  #length = 0
  /** So far. */
  bytes = 0

  add (text: string): void {
    this.bytes += Buffer.byteLength(text)
    this.#text.push(text)
    this.#length += text.length
    if (this.#length >= CHUNK) this.#flush()
  }

  /** Adds a value as JSON. */
  value (value: unknown): void {
    this.add(JSON.stringify(value))
  }

  end (): Uint8Array[] {
    this.#flush()
    return this.#done
  }

  #flush (): void {
    if (this.#length === 0) return
    // Bytes of their own, not a slice of Node's shared pool: only these can be transferred to another thread.
    this.#done.push(new TextEncoder().encode(this.#text.join('')))
    this.#text = []
    this.#length = 0
  }
}
