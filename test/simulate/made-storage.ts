// Simulated file storage in memory, as a disk or as an object store. Its calls can fail, hang, take effect
// late or take effect twice.
import { randomBytes } from 'node:crypto'
import { Readable } from 'node:stream'
import { DomainError } from '../../src/errors.ts'
import type { BytesKey, FileStorage } from '../../src/files/storage/file-storage.ts'
import { pause } from '../../src/jobs/clock.ts'
import type { Life } from './life.ts'
import { readStaged, removeStaged } from './made-staging.ts'
import type { MovingClock } from './moving-clock.ts'

export const STORAGE_ENDINGS = [
  'fails', 'is full', 'hangs', 'arrives but does not answer', 'comes late', 'comes twice',
] as const
export type StorageEnding = typeof STORAGE_ENDINGS[number]

export interface Stored {
  filename: string
  bytes: Buffer
  writtenAt: number
}

export interface MadeStorage {
  isRemote: boolean
  /** By what the storage calls them. */
  stored: Map<string, Stored>
  /** What was moved out of the way. */
  aside: Map<string, Stored>
  /** How the next calls end. */
  puts: StorageEnding[]
  removals: StorageEnding[]
  /** For this long, every write and removal fails, ms: longer than a job is tried again. */
  breakFor: (ms: number) => void
  isBroken: () => boolean
  /** Nothing fails any more. */
  repair: () => void
  /** The storage as a process has it. */
  of: (life: Life) => FileStorage
}

/** A request to a store gives up after this long, ms. */
const HANGS_MS = 60_000

export function createMadeStorage (
  { outside, clock, isRemote }: { outside: Life, clock: MovingClock, isRemote: boolean }
): MadeStorage {
  const stored = new Map<string, Stored>()
  const aside = new Map<string, Stored>()
  const puts: StorageEnding[] = []
  const removals: StorageEnding[] = []
  const breaks = new Set<symbol>()
  const isBroken = () => breaks.size > 0
  const nameOf = ({ hex, object_key: key }: BytesKey): string => isRemote ? key ?? `no key ${hex}` : hex

  function failure (ending: StorageEnding): Error {
    if (isRemote) return new DomainError('STORAGE_UNAVAILABLE', { retryAfterSeconds: 5 })
    const code = ending === 'is full' ? 'ENOSPC' : 'EIO'
    return Object.assign(new Error(`${code}: the disk ${ending}`), { code })
  }

  /** Happens in a while, whatever becomes of the process. */
  function later (label: string, happen: () => void): void {
    void outside.step(label).then(happen)
  }

  /** One request: it happens, or not, or later, or twice. */
  async function request (
    life: Life,
    { label, ending, happen, signal }: {
      label: string, ending: StorageEnding | undefined, happen: () => void, signal?: AbortSignal | undefined,
    }
  ): Promise<void> {
    await life.step(label)
    signal?.throwIfAborted()
    if (isBroken()) throw failure('fails')
    // Only a network loses answers, and only there something arrives later.
    const kind = ending === undefined || isRemote || ending === 'is full' ? ending : 'fails'
    if (kind === 'hangs') await pause(clock.of(life), HANGS_MS, signal ?? new AbortController().signal)
    signal?.throwIfAborted()
    if (kind === 'comes late') later(`${label}, late`, happen)
    if (kind === 'arrives but does not answer') happen()
    if (kind !== undefined && kind !== 'comes twice') throw failure(kind)
    happen()
    if (kind === 'comes twice') later(`${label}, again`, happen)
    await life.step(`${label} is answered`)
  }

  const of = (life: Life): FileStorage => ({
    newKey: (folder, run) => isRemote
      ? `${folder}/${randomBytes(16).toString('hex')}${run === undefined ? '' : `-${run.job}-${run.token}`}`
      : null,
    nameOf,
    async put (stagedPath, key, { signal } = {}) {
      const bytes = readStaged(stagedPath)
      await request(life, {
        label: 'a put',
        ending: puts.shift(),
        happen () { stored.set(nameOf(key), { filename: key.filename, bytes, writtenAt: clock.now() }) },
        signal: isRemote ? signal : undefined,
      })
      removeStaged(stagedPath)
    },
    size: async (key) => stored.get(nameOf(key))?.bytes.length,
    open: async (key) => Readable.from([stored.get(nameOf(key))?.bytes ?? Buffer.alloc(0)]),
    localPath: (key) => isRemote ? undefined : `/made-files/${nameOf(key)}`,
    async remove (key) {
      await request(life, {
        label: 'a removal',
        ending: removals.shift(),
        happen () { stored.delete(nameOf(key)) },
      })
    },
    async * list () { yield * Array.from(stored.keys()) },
    async quarantine (name) {
      const found = stored.get(name)
      if (found === undefined) return false
      aside.set(name, found)
      return stored.delete(name)
    },
    async restore (key) {
      const found = aside.get(nameOf(key))
      if (found === undefined || stored.has(nameOf(key))) return false
      stored.set(nameOf(key), found)
      return aside.delete(nameOf(key))
    },
    ...(isRemote
      ? {
          remote: {
            claim: async () => {},
            isAvailable: async () => true,
            link: async () => 'https://store.example/',
            async * listOlder (before: number) {
              for (const [name, { writtenAt }] of Array.from(stored)) if (writtenAt < before) yield name
            },
            removeUnfinished: async () => 0,
          },
        }
      : {}),
  })
  return {
    isRemote,
    stored,
    aside,
    puts,
    removals,
    breakFor (ms) {
      const one = Symbol('a break')
      breaks.add(one)
      clock.of(outside).after(ms, () => { breaks.delete(one) })
    },
    isBroken,
    repair () {
      for (const list of [puts, removals]) list.length = 0
      breaks.clear()
    },
    of,
  }
}
