// Random names that stand for students in files without names. They are kept, so that files of one course
// can be compared with each other.
import { randomInt } from 'node:crypto'
import type { Database } from '../../db/index.ts'
import { lockCourse } from '../../db/queries/courses.ts'
import { insertPseudonyms, studentsWithoutPseudonym } from '../../db/queries/pseudonyms.ts'

/** Letters and digits that are not mistaken for each other: no 0, 1, I, L, O or U. */
const ALPHABET = '23456789ABCDEFGHJKMNPQRSTVWXYZ'
const LENGTH = 8
/** Students in one transaction. */
const BATCH = 500

/** Gives a pseudonym to each student of a course who has none. Resolves when all have one. */
export async function createPseudonyms (db: Database, courseId: number): Promise<void> {
  for (;;) {
    // Usually all have one, and nothing is written.
    if ((await studentsWithoutPseudonym(db.reads, courseId, 1)).length === 0) return
    await db.write(async (trx) => {
      if (await lockCourse(trx, courseId, 'reference') === undefined) return
      const ids = await studentsWithoutPseudonym(trx, courseId, BATCH)
      if (ids.length === 0) return
      await insertPseudonyms(trx, courseId, new Map(ids.map((id) => [id, randomPseudonym()])))
    })
  }
}

/** `S-` and eight characters: 39 bits, so that the names say nothing about the order of students. */
function randomPseudonym (): string {
  const characters = Array.from({ length: LENGTH }, () => ALPHABET[randomInt(ALPHABET.length)] ?? '')
  return `S-${characters.join('')}`
}
