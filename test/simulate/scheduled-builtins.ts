// Node's own functions that take time or are random: calls on files of the staging folder become steps of the
// simulation, and chance comes from its seed.
import fs from 'node:fs'
import promises from 'node:fs/promises'
import crypto from 'node:crypto'
import { syncBuiltinESMExports } from 'node:module'
import { Writable } from 'node:stream'
import type { Life } from './life.ts'
import { isStaged, makeFolder, readStaged, removeStaged, stagedNames, writeStaged } from './made-staging.ts'

/** Whose life calls for a file; undefined: no simulation runs. */
let caller: ((path: string) => Life) | undefined
let random: (() => number) | undefined

/** Calls that take time. */
const STEPS = { mkdir: makeFolder, rm: removeStaged, readdir: stagedNames } as const

/** Replaces the functions, once in this process. Without a simulation they do what they did before. */
export function scheduleBuiltins (): void {
  for (const [name, call] of Object.entries(STEPS)) {
    const original = promises[name as keyof typeof STEPS] as (...args: unknown[]) => Promise<unknown>
    const scheduled = async (...args: unknown[]) => {
      const [path] = args
      if (caller === undefined || !isStaged(path)) return await original(...args)
      await caller(path).step(name)
      return (call as (...args: unknown[]) => unknown)(...args)
    }
    Object.assign(promises, { [name]: scheduled })
  }
  Object.assign(fs, readsOfStaging(), { createWriteStream: writesOfStaging() })
  const { randomBytes } = crypto
  const seededBytes = (size: number) =>
    random === undefined ? randomBytes(size) : Buffer.from(Uint8Array.from({ length: size }, seededByte))
  Object.assign(crypto, { randomBytes: seededBytes })
  const { random: chance } = Math
  Math.random = () => random === undefined ? chance() : random()
  syncBuiltinESMExports()
  // Kysely freezes each part of each query, which takes time.
  Object.freeze = <T>(value: T) => value
}

/** Reads a file from beginning to end. */
function readsOfStaging (): Pick<typeof fs, 'openSync' | 'readSync' | 'closeSync'> {
  const { openSync, readSync, closeSync } = fs
  const opened = new Map<unknown, { bytes: Buffer, at: number }>()
  const open = (...args: Parameters<typeof openSync>) => {
    const [path] = args
    if (!isStaged(path)) return openSync(...args)
    // Negative, so that it is never a descriptor of the operating system.
    const descriptor = -1 - opened.size
    opened.set(descriptor, { bytes: readStaged(path), at: 0 })
    return descriptor
  }
  const read = (descriptor: number, buffer: Buffer, ...args: [number, number, null]) => {
    const file = opened.get(descriptor)
    if (file === undefined) return readSync(descriptor, buffer, ...args)
    const [offset, length] = args
    const count = file.bytes.copy(buffer, offset, file.at, file.at + length)
    file.at += count
    return count
  }
  const close = (descriptor: number) => { if (!opened.delete(descriptor)) closeSync(descriptor) }
  return { openSync: open, readSync: read as typeof readSync, closeSync: close }
}

/** Writes a file as a stream. */
function writesOfStaging (): typeof fs.createWriteStream {
  const { createWriteStream } = fs
  return ((...args: Parameters<typeof createWriteStream>) => {
    const [path] = args
    if (!isStaged(path)) return createWriteStream(...args)
    const parts: Buffer[] = []
    return new Writable({
      write (chunk: Buffer, _, done) {
        parts.push(chunk)
        done()
      },
      final (done) {
        try {
          writeStaged(path, Buffer.concat(parts))
          done()
        } catch (error) {
          done(error as Error)
        }
      },
    })
  }) as typeof createWriteStream
}

function seededByte (): number { return Math.floor((random?.() ?? 0) * 256) }

const { stackTraceLimit } = Error

/**
 * From now on, calls are steps of the life that `life` names, and chance follows the seed. To save time,
 * errors have no stack, which no story prints.
 */
export function beginScheduling (life: (path: string) => Life, seed: number): void {
  caller = life
  random = fractions(seed)
  Error.stackTraceLimit = 0
}

export function endScheduling (): void {
  caller = undefined
  random = undefined
  Error.stackTraceLimit = stackTraceLimit
}

/** A linear congruential generator of fractions: enough for names and waits. */
function fractions (seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return (state >>> 8) / 2 ** 24
  }
}
