import type { Database } from '../../../db/index.ts'
import * as intentQueries from '../../../db/queries/file-intents.ts'
import * as fileQueries from '../../../db/queries/files.ts'
import * as installationQueries from '../../../db/queries/installation.ts'
import * as personalQueries from '../../../db/queries/personal-files.ts'
import { insertCourse } from '../../support/book-database.ts'
import { insertExport } from '../../../db/queries/exports.ts'
import type { Recorded } from './recorder.ts'

const NOW = 1_427_889_600_000
/** More than one statement takes. */
const MANY = Array.from({ length: 1100 }, (_, i) => `made-up ${i}`)
const OWNERS = [['course', 1], ['course', 2], ['user', 1], ['course', 2 ** 52]] as const

export async function callAboutFiles (db: Database, recorded: Recorded): Promise<void> {
  const files = recorded(fileQueries)
  const intents = recorded(intentQueries)
  const { reads } = db
  await db.write(async (trx) => {
    await insertCourse(trx, {})
    await insertCourse(trx, { name: 'Other' })
    for (let i = 0; i < 24; i++) {
      const [ownerType, ownerId] = OWNERS[i % OWNERS.length] ?? ['course', 1]
      const file = await files.insertFile(trx, {
        owner_type: ownerType, owner_id: ownerId, category: i % 3 === 0 ? 'export' : 'upload',
        filename: `Ä${i}\u2028"'\\`, hex: `h${i}`, content_type: 'text/plain',
        // Two owners have the same; the sum is more than 2^32.
        size: i % 4 > 1 ? 1e12 : 2 ** 33 + i, sha256: 'x', created_at: NOW + i,
        created_by: [null, 'Jo', '', 'Ü'][i % 4] ?? null,
        expires_at: i % 5 === 0 ? NOW + i : null,
        removed_at: i % 7 === 0 ? NOW + i : null,
        lost_at: i % 11 === 0 ? NOW : null,
        ...(i % 2 === 0 ? {} : { object_key: `key ${i}` }),
      })
      if (i % 6 === 0) {
        await insertExport(trx, {
          course_id: 1 + i % 4 / 2, file_id: file.id, job_id: null, options: '{}', data_version: 1,
          current_until: null,
        })
      }
    }
  })
  for (const now of [0, NOW + 10, 2 ** 52]) {
    for (const filter of [
      {}, { gone: true }, { limit: 3 }, { before: 9, limit: 2 }, { category: 'export' }, { hex: 'h3' },
      { id: 8 },
      { owner: { type: 'course', id: 1 } }, { owner: { type: 'user', id: 1 }, category: 'upload' },
      { owner: { type: 'course', id: 2 ** 52 }, gone: true },
    ]) await files.listFiles(reads, filter, now)
    for (const [type, id] of [...OWNERS, ['course', 3]] as const) {
      await files.bytesInUse(reads, { type, id }, now)
      for (const ofAllOwners of [true, false]) {
        await files.oldestFiles(reads, { owner: { type, id }, category: 'export', ofAllOwners, now })
      }
    }
    await files.bytesInUse(reads, null, now)
    await files.hasObjects(reads)
    await files.usageByOwner(reads, { now, limit: 3 })
    await files.usageByOwner(reads, { now, limit: 100 })
    await files.countFiles(reads, now)
    for (const after of [0, 11, 99]) await files.expiredFiles(reads, { now, after, limit: 2 })
    await files.countTombstones(reads, now)
  }
  for (const name of ['h0', 'h3', 'key 3', 'key', '']) {
    await files.findFileByHex(reads, name)
    await files.findFileByName(reads, name)
  }
  for (const after of [0, 9]) await files.filesWithoutObject(reads, { after, limit: 3 })
  await files.storedHexes(reads)
  await files.countStored(reads)
  await files.firstAndLast(reads)
  await Array.fromAsync(files.storedFiles(reads))
  await callAboutIntents(db, recorded)
  await callAboutPersonalFiles(db, recorded)
  await db.write(async (trx) => {
    await files.setLost(trx, [1, 2, 3], NOW + 5)
    await files.setLost(trx, [2, 23], null)
    await files.setLost(trx, [], null)
    await files.setExpiry(trx, 'h4', NOW)
    await files.setExpiry(trx, 'none', NOW)
    await files.markExpired(trx, [1, 5, 6, 11, 16, 99], NOW + 10)
    await files.markExpired(trx, [], NOW)
    await files.deleteFiles(trx, [1, 2, 3, 99], { at: NOW, deletedAt: NOW + 1 })
    await files.deleteFiles(trx, [], { at: NOW, deletedAt: 0 })
    await files.ownerFileIds(trx, { type: 'course', id: 1 })
    await files.setObjectKey(trx, 9, 'key of 9')
    await files.deleteTombstones(trx, NOW + 14)
    await files.deleteTombstones(trx, NOW + 14)
    await files.listFiles(trx, { gone: true }, NOW)
    await intents.listIntents(trx)
  })
}

async function callAboutIntents (db: Database, recorded: Recorded): Promise<void> {
  const files = recorded(fileQueries)
  const intents = recorded(intentQueries)
  const { findInstallation, ensureInstallation, storeSweptAt, setStoreSwept } =
    recorded(installationQueries)
  await db.write(async (trx) => {
    await intents.insertIntents(trx, [], { at: NOW, deletedAt: null })
    await intents.insertIntents(trx, [{ hex: 'in', object_key: 'key in' }], { at: NOW, deletedAt: null })
    await intents.insertIntents(trx, [{ hex: 'b', object_key: null }, { hex: 'a', object_key: 'key a' }], {
      at: NOW, deletedAt: NOW + 5,
    })
    await intents.insertIntents(trx, MANY.map((hex) => ({ hex, object_key: null })), { at: 1, deletedAt: 0 })
  })
  await intents.listIntents(db.reads)
  for (const name of ['in', 'key a', 'made-up 7', 'none']) await intents.hasIntent(db.reads, name)
  for (const due of [
    { deletedBy: 0, incomingBy: 0 }, { deletedBy: NOW + 5, incomingBy: 0 },
    { deletedBy: -1, incomingBy: NOW },
    { deletedBy: -1, incomingBy: 1 },
  ]) {
    await intents.hasDueIntents(db.reads, due)
    await db.write(async (trx) => {
      await intents.takeDueIntents(trx, due, { after: '', limit: 3 })
      await intents.takeDueIntents(trx, due, { after: 'in', limit: 2000 })
    })
  }
  await files.unknownObjects(db.reads, ['key 3', 'key a', 'key x', ...MANY.slice(0, 600)])
  await files.unknownObjects(db.reads, [])
  await db.write(async (trx) => {
    await intents.endWanted(trx, 'made-up 1')
    for (const hex of ['in', 'a', 'none']) await intents.endIncoming(trx, hex)
    await intents.deleteIntents(trx, MANY)
    await intents.deleteIntents(trx, [])
    await intents.hurryDeleted(trx)
  })
  await intents.listIntents(db.reads)
  await findInstallation(db.reads)
  await storeSweptAt(db.reads)
  await db.write(async (trx) => {
    await ensureInstallation(trx, 'first')
    await ensureInstallation(trx, 'second')
    await setStoreSwept(trx, NOW)
  })
  await findInstallation(db.reads)
  await storeSweptAt(db.reads)
}

async function callAboutPersonalFiles (db: Database, recorded: Recorded): Promise<void> {
  const personal = recorded(personalQueries)
  for (const ids of [[], [1], [1, 2, 99]]) await personal.exportsOfCourses(db.reads, ids)
  for (const courses of [[], [2], [1, 2 ** 52]]) {
    await personal.uploadsThatMayHold(db.reads, { category: 'upload', courses })
  }
  await Array.fromAsync(personal.everyStoredFile(db.reads))
  await db.write(async (trx) => {
    await personal.forgetCreator(trx, [])
    await personal.forgetCreator(trx, [''])
    await personal.forgetCreator(trx, ['Ü', '', 'ü'])
  })
  await Array.fromAsync(recorded(fileQueries).storedFiles(db.reads))
}
