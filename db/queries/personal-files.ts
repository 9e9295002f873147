// Stored files that may contain data of a person.
import type { Reads, Trx } from '../index.ts'
import type { FileRow } from './files.ts'

const AT_ONCE = 500

export type StoredFile = Pick<
  FileRow,
  'id' | 'owner_type' | 'owner_id' | 'category' | 'filename' | 'hex' | 'size' | 'created_at' | 'expires_at'
>

function files (db: Reads | Trx) {
  return db
    .selectFrom('files')
    .select([
      'files.id',
      'files.owner_type',
      'files.owner_id',
      'files.category',
      'files.filename',
      'files.hex',
      'files.size',
      'files.created_at',
      'files.expires_at',
    ])
    .orderBy('files.id')
}

/** Workbooks of these courses, expired and removed ones included. */
export async function exportsOfCourses (
  db: Reads | Trx,
  courseIds: readonly number[]
): Promise<StoredFile[]> {
  if (courseIds.length === 0) return []
  return await files(db)
    .innerJoin('exports', 'exports.file_id', 'files.id')
    .where('exports.course_id', 'in', courseIds)
    .execute()
}

/** Uploads of a category for these courses, and those of users, which may be about any course. */
export async function uploadsThatMayHold (
  db: Reads | Trx,
  { category, courses }: { category: string; courses: readonly number[] }
): Promise<StoredFile[]> {
  return await files(db)
    .where('category', '=', category)
    .where((eb) =>
      eb.or([
        eb('owner_type', '=', 'user'),
        ...(courses.length === 0
          ? []
          : [eb.and([eb('owner_type', '=', 'course'), eb('owner_id', 'in', courses)])]),
      ])
    )
    .execute()
}

/** Every stored file, read in pages. */
export async function * everyStoredFile (db: Reads | Trx): AsyncGenerator<StoredFile> {
  for (let after = 0; ;) {
    const page = await files(db).where('files.id', '>', after).limit(AT_ONCE).execute()
    yield * page
    const last = page.at(-1)
    if (last === undefined || page.length < AT_ONCE) return
    after = last.id
  }
}

/** Removes the creator of files, if it is one of these names. */
export async function forgetCreator (trx: Trx, names: readonly string[]): Promise<void> {
  const known = names.filter((name) => name !== '')
  if (known.length > 0) {
    await trx.updateTable('files').set({ created_by: null }).where('created_by', 'in', known).execute()
  }
}
