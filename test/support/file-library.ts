// The file library on a folder of the test's own, over a real database and the disk, with a clock that the
// test sets.
import { existsSync, readdirSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import type { Test } from 'tap'
import { openDatabase, type Database } from '../../db/index.ts'
import { createDiskStorage } from '../../src/files/storage/disk.ts'
import {
  createFileLibrary,
  type FileDescription,
  type FileLibrary,
  type FileLibraryOptions,
  type FileRow,
  type StagedFile,
} from '../../src/files/file-library.ts'
import type { FileStorage } from '../../src/files/storage/file-storage.ts'
import { testDatabase } from './test-database.ts'
import { testFolder } from './test-folder.ts'

export interface TestLibrary {
  folder: string
  db: Database
  storage: FileStorage
  files: FileLibrary
  clock: { now: number }
  /** A staged file with this content. */
  stage: (content: string | Buffer) => Promise<StagedFile>
  /** Stores a file of course 1; what is left out has something sensible. */
  store: (content: string | Buffer, description?: Partial<FileDescription>) => Promise<FileRow>
  /** Where the bytes of a file lie, or would. */
  pathOf: (file: FileRow) => string
  /** What lies in the folder of files, at the top. */
  kept: () => string[]
  /** Hexes that are noted as on their way in or out. */
  intents: () => Promise<string[]>
  /** Names in the staging folder. */
  staged: () => string[]
}

export interface TestLibraryOptions
  extends Partial<Pick<FileLibraryOptions, 'ownerQuotaBytes' | 'totalQuotaBytes' | 'log'>> {
  /** Default: `t.testdir()`. One that is there is opened again. */
  folder?: string
  storage?: (disk: FileStorage) => FileStorage
}

export const COURSE = { type: 'course', id: 1 }

export async function openTestLibrary (
  t: Test,
  { folder = testFolder(t, {}), storage: wrap = (disk) => disk, ...options }: TestLibraryOptions = {}
): Promise<TestLibrary> {
  const [filesFolder, stagingFolder] = [join(folder, 'files'), join(folder, 'staging')]
  await mkdir(filesFolder, { recursive: true })
  await mkdir(stagingFolder, { recursive: true })
  const clock = { now: Date.UTC(2015, 3, 30) }
  const db = await openDatabase(await testDatabase(t, folder))
  const storage = wrap(createDiskStorage(filesFolder, join(folder, 'quarantine')))
  const files = createFileLibrary({ db, storage, stagingFolder, now: () => clock.now, ...options })
  t.teardown(() => db.close())
  let count = 0
  async function stage (content: string | Buffer): Promise<StagedFile> {
    const path = join(stagingFolder, `by-test-${++count}`)
    await writeFile(path, content)
    return {
      path,
      size: Buffer.byteLength(content),
      sha256: createHash('sha256').update(content).digest('hex'),
    }
  }
  return {
    folder,
    db,
    storage,
    files,
    clock,
    stage,
    store: async (content, description = {}) =>
      await files.store(await stage(content), {
        owner: COURSE,
        category: 'syllabus',
        filename: 'a.txt',
        contentType: 'text/plain',
        createdBy: null,
        expiresAt: null,
        ...description,
      }),
    pathOf: (file) => join(filesFolder, file.hex, file.filename),
    kept: () => existsSync(filesFolder) ? readdirSync(filesFolder).sort() : [],
    intents: async () =>
      (await db.reads.selectFrom('file_intents').select('hex').execute()).map((row) => row.hex),
    staged: () => readdirSync(stagingFolder),
  }
}
