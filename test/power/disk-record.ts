// What `disk.c` wrote down, read back: a history of files and folders, from which the states are made that a
// power loss may leave.
//
// What is assumed of the disk is what POSIX promises and not more: the bytes of a file are safe once the file
// is flushed, and a name is safe once its folder is flushed. Until then each write may be lost, or be there
// in part (whole sectors of it), whatever became of the writes before it; and of the changes of names in a
// folder, the last ones may be lost. A rename happens or does not happen.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'

const HEAD_BYTES = 32
const O_CREAT = 0o100
const O_TRUNC = 0o1000
const SECTOR_BYTES = [512, 4096]
/** The last change is safe at this entry: never. */
const NEVER = Infinity

interface Entry {
  kind: string
  thread: number
  fd: number
  flags: number
  path: string
  data: Buffer
  offset: number
}

/** A change of a file's bytes. Without data: its length becomes `offset`. */
interface Write {
  at: number
  safeAt: number
  offset: number
  data?: Buffer
}

interface FileNode { base: Buffer, changes: Write[] }
interface FolderNode { names: Map<string, Node>, base: ReadonlyMap<string, Node>, changes: NameChange[] }
type Node = FileNode | FolderNode

/** A name that a folder gets or loses (`node` is undefined). With a rename, another folder loses one. */
interface NameChange {
  at: number
  safeAt: number
  folder: FolderNode
  name: string
  node: Node | undefined
  from?: { folder: FolderNode, name: string }
}

/** What the process told a client. */
export interface Told { at: number, text: string }

export interface DiskRecord {
  /** Number of entries: the process may die after 0 to `length` of them. */
  length: number
  told: Told[]
  /** Entries that flush: what a process says right after one of them matters most. */
  flushes: number[]
  /** Writes a state after `at` entries to a folder that does not exist yet. `random`: from 0 up to 1. */
  writeState: (folder: string, at: number, random: () => number) => void
  /** Writes what a disk without a power loss has in the end. */
  writeEnd: (folder: string) => void
}

const isFolder = (node: Node | undefined): node is FolderNode => node !== undefined && 'names' in node
/** The index of SQLite's log is shared memory in a file: it is worth nothing after a restart. */
const isSharedMemory = (name: string) => name.endsWith('-shm')

function readEntries (file: string): Entry[] {
  const bytes = readFileSync(file)
  const entries: Entry[] = []
  for (let at = 0; at < bytes.length;) {
    const [length, kind, thread, fd, flags, pathLength, low, high] =
      [0, 4, 8, 12, 16, 20, 24, 28].map((offset) => bytes.readUInt32LE(at + offset))
    const start = at + HEAD_BYTES
    entries.push({
      kind: String.fromCharCode(kind!),
      thread: thread!,
      fd: fd!,
      flags: flags!,
      path: bytes.toString('utf8', start, start + pathLength!),
      data: bytes.subarray(start + pathLength!, start + length!),
      offset: low! + high! * 2 ** 32,
    })
    at = start + length!
  }
  return entries
}

/** A folder as it is now, all of it safe. */
function loadFolder (path: string): FolderNode {
  const names = new Map<string, Node>()
  for (const name of existsSync(path) ? readdirSync(path) : []) {
    const inner = join(path, name)
    names.set(name, statSync(inner).isDirectory()
      ? loadFolder(inner)
      : { base: readFileSync(inner), changes: [] })
  }
  return { names, base: new Map(names), changes: [] }
}

/**
 * Reads a record. `before`: a copy of the folder `root` from before the first entry. Throws an Error if the
 * record does not fit together.
 */
export function readRecord (file: string, { root, before }: { root: string, before: string }): DiskRecord {
  const top = loadFolder(before)
  const told: Told[] = []
  const flushes: number[] = []
  const open = new Map<number, Node>()
  /** By thread: what it flushes, and how many changes there were when it began. */
  const flushing = new Map<number, { node: Node, count: number }>()
  const allNames: NameChange[] = []
  const entries = readEntries(file)

  function find (path: string): Node | undefined {
    let node: Node | undefined = top
    for (const name of path.slice(root.length).split('/').filter((part) => part !== '')) {
      node = isFolder(node) ? node.names.get(name) : undefined
    }
    return node
  }
  function place (path: string): { folder: FolderNode, name: string } {
    const folder = find(dirname(path))
    if (!isFolder(folder)) throw new Error(`${dirname(path)} is not in the record`)
    return { folder, name: path.slice(dirname(path).length + 1) }
  }
  function setName (at: number, path: string, node: Node | undefined, from?: string): void {
    const change: NameChange = { at, safeAt: NEVER, ...place(path), node }
    if (from !== undefined) change.from = place(from)
    change.from?.folder.names.delete(change.from.name)
    if (node === undefined) change.folder.names.delete(change.name)
    else change.folder.names.set(change.name, node)
    change.folder.changes.push(change)
    allNames.push(change)
  }
  function opened (at: number, { fd, path, flags }: Entry): void {
    let node = find(path)
    if (node === undefined) {
      if ((flags & O_CREAT) === 0) throw new Error(`${path} was opened and is not in the record`)
      node = { base: Buffer.alloc(0), changes: [] }
      setName(at, path, node)
    } else if ((flags & O_TRUNC) !== 0 && !isFolder(node)) {
      node.changes.push({ at, safeAt: NEVER, offset: 0 })
    }
    open.set(fd, node)
  }
  function ofDescriptor (fd: number): Node {
    const node = open.get(fd)
    if (node === undefined) throw new Error(`descriptor ${fd} is not open in the record`)
    return node
  }
  function fileOf (fd: number): FileNode {
    const node = ofDescriptor(fd)
    if (isFolder(node)) throw new Error(`descriptor ${fd} is a folder`)
    return node
  }

  for (const [at, entry] of entries.entries()) {
    const { kind, fd, path, thread } = entry
    const [from = '', to = ''] = path.split('\n')
    switch (kind) {
      case 'O': opened(at, entry); break
      case 'C': open.delete(fd); break
      case 'W':
        fileOf(fd).changes.push({ at, safeAt: NEVER, offset: entry.offset, data: entry.data })
        break
      case 'T': fileOf(fd).changes.push({ at, safeAt: NEVER, offset: entry.offset }); break
      case 'f': {
        const node = ofDescriptor(fd)
        flushing.set(thread, { node, count: node.changes.length })
        break
      }
      case 'F': {
        const { node, count } = flushing.get(thread) ?? { node: ofDescriptor(fd), count: 0 }
        for (let i = count - 1; i >= 0 && node.changes[i]?.safeAt === NEVER; i--) node.changes[i]!.safeAt = at
        flushes.push(at)
        break
      }
      case 'N': setName(at, to, find(from), from); break
      case 'L': setName(at, to, find(from)); break
      case 'M': setName(at, path, { names: new Map(), base: new Map(), changes: [] }); break
      case 'U': setName(at, path, undefined); break
      case 'S': told.push({ at, text: entry.data.toString() }); break
      default: throw new Error(`the record has an entry of kind ${kind}`)
    }
  }

  return {
    length: entries.length,
    told,
    flushes,
    writeState (folder, at, random) {
      writeFolder(folder, namesAfter(top, allNames, at, random), (file) => bytesAfter(file, at, random))
    },
    writeEnd (folder) {
      const all = () => 0
      writeFolder(folder, namesAfter(top, allNames, NEVER, all), (file) => bytesAfter(file, NEVER, all))
    },
  }
}

/** How much of what is not safe is there: nothing (1), a part of it, or all of it (0). */
function losing (random: () => number): number {
  const mood = random()
  if (mood < 0.3) return 0
  return mood < 0.6 ? 1 : random()
}

/** The folders with their names after a power loss. */
function namesAfter (
  top: FolderNode, all: readonly NameChange[], at: number, random: () => number
): Map<FolderNode, Map<string, Node>> {
  const lossOf = losing(random)
  /** By folder: the entry at which its first lost change was made. */
  const lostFrom = new Map<FolderNode, number>()
  const names = new Map<FolderNode, Map<string, Node>>()
  const of = (folder: FolderNode) => {
    let found = names.get(folder)
    if (found === undefined) names.set(folder, found = new Map(folder.base))
    return found
  }
  of(top)
  for (const change of all) {
    if (change.at > at) break
    const { folder, name, node, from } = change
    if (change.safeAt > at && !lostFrom.has(folder) && random() < lossOf) lostFrom.set(folder, change.at)
    if ((lostFrom.get(folder) ?? NEVER) <= change.at) continue
    if (from !== undefined && of(from.folder).get(from.name) === node) of(from.folder).delete(from.name)
    if (node === undefined) of(folder).delete(name)
    else of(folder).set(name, node)
  }
  return names
}

/** The bytes of a file after a power loss. */
function bytesAfter ({ base, changes }: FileNode, at: number, random: () => number): Buffer {
  const lossOf = losing(random)
  const sector = SECTOR_BYTES[Math.floor(random() * SECTOR_BYTES.length)]!
  const isTorn = random() < 0.5
  let space = Buffer.from(base)
  let length = base.length
  const write = (data: Buffer, offset: number) => {
    const end = offset + data.length
    if (end > space.length) space = Buffer.concat([space], Math.max(end, space.length * 2))
    // What was cut off and is there again is zeros.
    if (offset > length) space.fill(0, length, offset)
    data.copy(space, offset)
    length = Math.max(length, end)
  }
  for (const { at: madeAt, safeAt, offset, data } of changes) {
    if (madeAt > at) break
    const isLost = safeAt > at && random() < lossOf
    if (data === undefined) {
      if (isLost) continue
      if (offset > length) write(Buffer.alloc(0), offset)
      length = offset
    } else if (!isLost) {
      write(data, offset)
    } else if (isTorn) {
      for (let start = 0; start < data.length;) {
        const end = Math.min(data.length, (Math.floor((offset + start) / sector) + 1) * sector - offset)
        if (random() < 0.5) write(data.subarray(start, end), offset + start)
        start = end
      }
    }
  }
  return space.subarray(0, length)
}

function writeFolder (
  path: string, names: ReadonlyMap<FolderNode, ReadonlyMap<string, Node>>, bytesOf: (file: FileNode) => Buffer
): void {
  const [top] = names.keys()
  const write = (folder: FolderNode, to: string) => {
    mkdirSync(to, { mode: 0o700 })
    for (const [name, node] of names.get(folder) ?? folder.base) {
      if (isFolder(node)) write(node, join(to, name))
      else if (!isSharedMemory(name)) writeFileSync(join(to, name), bytesOf(node), { mode: 0o600 })
    }
  }
  write(top!, path)
}
