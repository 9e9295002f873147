// A process that stores or deletes a file and is killed on the way:
// `node die-in-the-middle.ts FOLDER STEP DATABASE`, the latter a location as JSON.
import { Readable } from 'node:stream'
import { join } from 'node:path'
import { openDatabase, type DatabaseLocation } from '../../db/index.ts'
import { createDiskStorage } from '../../src/files/storage/disk.ts'
import { createFileLibrary } from '../../src/files/file-library.ts'
import { sweepFiles } from '../../src/files/file-sweep.ts'

const [folder, step, database] = process.argv.slice(2) as [string, string, string]

function dieAt (name: string): void {
  if (name === step) process.kill(process.pid, 'SIGKILL')
}

const db = await openDatabase(JSON.parse(database) as DatabaseLocation)
const disk = createDiskStorage(join(folder, 'files'), join(folder, 'quarantine'))
const storage: typeof disk = {
  ...disk,
  async put (...call) {
    dieAt('before the rename')
    await disk.put(...call)
    dieAt('after the rename')
  },
  async remove (key) {
    dieAt('before the bytes go')
    await disk.remove(key)
    dieAt('after the bytes went')
  },
}
const now = () => Date.UTC(2015, 3, 30)
const files = createFileLibrary({ db, storage, stagingFolder: join(folder, 'staging'), now })
const description = {
  owner: { type: 'course', id: 1 },
  category: 'syllabus',
  filename: 'a.txt',
  contentType: 'text/plain',
  createdBy: null,
}

if (step.endsWith('rename')) {
  await files.store(Readable.from([Buffer.from('bytes')]), { ...description, expiresAt: null })
} else if (step === 'sweep: before the bytes go') {
  await files.store(Readable.from([Buffer.from('bytes')]), { ...description, expiresAt: now() })
  storage.remove = async () => {
    process.kill(process.pid, 'SIGKILL')
  }
  await sweepFiles({ db, storage, now, tombstoneMs: 1000 })
} else {
  const file = await files.store(Readable.from([Buffer.from('bytes')]), { ...description, expiresAt: null })
  await files.delete([file.id])
}
throw new Error(`${step}: was not reached`)
