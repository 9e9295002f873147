// Leaves out people who were erased ("perfbook student erase"), in every import format.
import type { Staging } from '../../db/sqlite/staging/staging.ts'
import { identifierHash, looseHash, looseKey, type IdentifierKind } from '../person-data/identifier-hash.ts'
import type { Place, Problems } from './problems.ts'

/** A person as a source names them. */
export interface NamedPerson {
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
  /** Whether the source's person is to be left out. Each is counted in the warning `erased_person` once. */
  leavesOut: (person: NamedPerson, place: Place) => boolean
  /** The same for a row of a roster that refers to a user by the source id alone. */
  leavesOutUser: (sourceId: string, place: Place) => boolean
}

const NO_ONE: ErasedPeople = { leavesOut: () => false, leavesOutUser: () => false }

/**
 * Without erased people this costs nothing. With `allow` no person is left out, and those who return are
 * erased no more.
 */
export function erasedPeople ({
  staging,
  problems,
  allow,
}: {
  staging: Staging
  problems: Problems
  allow: boolean
}): ErasedPeople {
  const erased = staging.live.erased()
  if (erased === undefined) return NO_ONE
  const { secret } = erased
  const hashes = new Set(erased.hashes)
  const users = new Map<string, boolean>()

  function found ({ sourceIds, studentIdentifier, email, usernames = [], course }: NamedPerson): string[] {
    const given: Array<[IdentifierKind, string | null, string?]> = [
      ...sourceIds.flatMap((id): Array<[IdentifierKind, string, string?]> =>
        course === undefined
          ? [['source_id', id]]
          : [
              ['source_id', id],
              ['source_id', id, course],
            ]
      ),
      ['student_identifier', studentIdentifier],
      ['email', email],
      ...usernames.map((name): [IdentifierKind, string] => ['username', name]),
    ]
    return given
      .flatMap(([kind, value, scope]) =>
        value === null || value.trim() === ''
          ? []
          : [identifierHash(secret, kind, value, scope), looseHash(secret, looseKey(kind, value, scope))]
      )
      .filter((hash) => hashes.has(hash))
  }

  function leavesOut (person: NamedPerson, place: Place): boolean {
    const known = found(person)
    if (known.length === 0) return false
    if (allow) {
      for (const hash of known) staging.plan.readmit(hash)
      return false
    }
    problems.warn('erased_person', place)
    return true
  }

  return {
    leavesOut (person, place) {
      if (person.course === undefined && person.sourceIds.some((id) => users.get(id) === true)) return true
      const isOut = leavesOut(person, place)
      if (isOut && person.course === undefined) for (const id of person.sourceIds) users.set(id, true)
      return isOut
    },
    leavesOutUser (sourceId, place) {
      let isOut = users.get(sourceId)
      if (isOut === undefined) {
        users.set(
          sourceId,
          (isOut = leavesOut({ sourceIds: [sourceId], studentIdentifier: null, email: null }, place))
        )
      }
      return isOut
    },
  }
}
