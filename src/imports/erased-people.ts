// Leaves out people who were erased ("perfbook student erase"), in every import format.
import type { Staging } from '../../db/staging/staging.ts'
import { identifierHash, looseHash, looseKey, type IdentifierKind } from '../person-data/identifier-hash.ts'
import type { Place, Problems } from './problems.ts'

/** A person as a source names them. */
interface NamedPerson {
  /** Ids that may be this person's source id; of a grade book also those that may be a student identifier. */
  sourceIds: readonly string[]
  studentIdentifier: string | null
  email: string | null
  /** Names that the person signs in with. */
  usernames?: readonly string[]
  /** Source id of the course, where the source's ids are the course's own and not a roster's. */
  course?: string | undefined
}

export interface ErasedPeople {
  /** Whether to leave out a person of the source. Each is counted in the warning `erased_person` once. */
  excludes: (person: NamedPerson, place: Place) => boolean
  /** The same for a row of a roster that refers to a user only by the source id. */
  excludesUser: (sourceId: string, place: Place) => boolean
}

const NO_ONE: ErasedPeople = { excludes: () => false, excludesUser: () => false }

interface ErasedPeopleOptions {
  staging: Staging
  problems: Problems
  /** No person is left out. People who return are no longer erased. */
  allow: boolean
}

/** Recognizes erased people. Costs nothing if there are none. */
export function erasedPeople ({ staging, problems, allow }: ErasedPeopleOptions): ErasedPeople {
  const erased = staging.live.erased()
  if (erased === undefined) return NO_ONE
  const { secret } = erased
  const hashes = new Set(erased.hashes)
  const users = new Map<string, boolean>()

  function hashesOf (person: NamedPerson): string[] {
    return identifiersOf(person)
      .flatMap(({ kind, value, course }) => [
        identifierHash(secret, kind, value, course), looseHash(secret, looseKey(kind, value, course)),
      ])
      .filter((hash) => hashes.has(hash))
  }

  function excludes (person: NamedPerson, place: Place): boolean {
    const known = hashesOf(person)
    if (known.length === 0) return false
    if (allow) {
      for (const hash of known) staging.plan.readmit(hash)
      return false
    }
    problems.warn('erased_person', place)
    return true
  }

  return {
    excludes (person, place) {
      const isUser = person.course === undefined
      if (isUser && person.sourceIds.some((id) => users.get(id) === true)) return true
      const isExcluded = excludes(person, place)
      if (isExcluded && isUser) for (const id of person.sourceIds) users.set(id, true)
      return isExcluded
    },
    excludesUser (sourceId, place) {
      const known = users.get(sourceId)
      if (known !== undefined) return known
      const isExcluded = excludes({ sourceIds: [sourceId], studentIdentifier: null, email: null }, place)
      users.set(sourceId, isExcluded)
      return isExcluded
    },
  }
}

interface Identifier {
  kind: IdentifierKind
  value: string
  course?: string
}

function identifiersOf (
  { sourceIds, studentIdentifier, email, usernames = [], course }: NamedPerson
): Identifier[] {
  const identifiers: Identifier[] = []
  const add = (kind: IdentifierKind, value: string | null) => {
    if (value !== null && value.trim() !== '') identifiers.push({ kind, value })
  }
  for (const id of sourceIds) {
    add('source_id', id)
    if (course !== undefined && id.trim() !== '') identifiers.push({ kind: 'source_id', value: id, course })
  }
  add('student_identifier', studentIdentifier)
  add('email', email)
  for (const name of usernames) add('username', name)
  return identifiers
}
