// Random numbers that follow from a seed alone: the same bundle on every machine, and any one cell of it
// without those before. The mixing function is "lowbias32" of the hash-prospector project (public domain).

/** Mixes 32 bits into 32 bits that look random. */
export function mix (bits: number): number {
  let x = bits | 0
  x = Math.imul(x ^ (x >>> 16), 0x7feb352d)
  x = Math.imul(x ^ (x >>> 15), 0x846ca68b)
  return (x ^ (x >>> 16)) >>> 0
}

/** A seed for a part of the whole: by the whole's seed and up to three numbers that name the part. */
export function seedFor (seed: number, a: number, b = 0, c = 0): number {
  return mix(mix(mix(mix(seed) + a) + b) + c)
}

/** A sequence of random numbers that follows from its seed. */
export class SeededRandom {
  #state: number
  constructor (seed: number) {
    this.#state = mix(seed)
  }

  /** 0 (included) to 1 (excluded). */
  next (): number {
    this.#state = (this.#state + 0x9e3779b9) | 0
    return mix(this.#state) / 0x100000000
  }

  /** A whole number from 0 to `count - 1`. */
  below (count: number): number {
    return Math.floor(this.next() * count)
  }

  /** One of them; throws on an empty list. */
  pick<T> (values: readonly T[]): T {
    const value = values[this.below(values.length)]
    if (value === undefined) throw new Error('There is nothing to pick from.')
    return value
  }

  /** Roughly normal: mean 0, standard deviation 1, never beyond 3.5. */
  normal (): number {
    return (this.next() + this.next() + this.next() + this.next() - 2) * Math.sqrt(3)
  }
}
