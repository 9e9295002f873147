import type { DatabaseLocation, Reads, Trx } from '../../db/index.ts'
import type { FileLibrary } from '../files/file-library.ts'
import type { Person } from './person.ts'
import type { PersonTerms } from './person-terms.ts'

export interface ExportContext {
  db: Reads
  database: DatabaseLocation
  /** Ms; decides which due and drop dates have passed. */
  now: number
  terms: PersonTerms
}

interface EraseContext {
  files: Pick<FileLibrary, 'deleteIn'>
  /** Ms. */
  now: number
  terms: PersonTerms
}

/** One store of personal data, such as accounts or files. */
export interface PersonalData {
  /** Its place in the JSON of `perfbook student export`. */
  name: string
  /** By `table.column`: what it says about a person. */
  columns: Readonly<Record<string, string>>
  /** What is stored about the person, as JSON values. */
  read: (person: Person, context: ExportContext) => Promise<unknown>
  /** Runs in the transaction of the erasure. Returns how many of each kind were removed or rewritten. */
  erase: (trx: Trx, person: Person, context: EraseContext) => Promise<Record<string, number>>
}
