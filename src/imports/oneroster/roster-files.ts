// The files of a OneRoster CSV bundle (1EdTech OneRoster 1.1 and 1.2, CSV binding) and what is kept of
// them: for each kind of record, what `parent`, `other` and `body` are. Bodies are stored in the database
// (`roster_records`), so their order must not change.
import type { WarningCode } from '../messages.ts'
import type { RowReader } from './row-reader.ts'

export type RosterKind =
  | 'org'
  | 'session'
  | 'course'
  | 'class'
  | 'user'
  | 'role'
  | 'enrollment'
  | 'category'
  | 'lineItem'

export type OrgBody = [name: string | null]
export type SessionBody = [title: string | null, start: string | null, end: string | null]
export type CourseBody = [title: string | null]
/** A class without a title has its class code instead. */
export type ClassBody = [title: string, terms: string[]] | [
  title: null,
  terms: string[],
  classCode: string | null
]
export type UserBody = [
  isEnabled: 0 | 1,
  given: string | null,
  family: string | null,
  identifier: string | null,
  email: string | null,
  username?: string | null
]
export type EnrollmentBody = [role: string, begin: string | null, end: string | null]
export type CategoryBody = [title: string, weight: number | null]
/** `due` is a plain date, or an instant in UTC whose date depends on the course's zone. */
export type LineItemBody = [title: string, due: string | null, minimum: number | null, maximum: number | null]

interface RosterFields {
  parent: string | null
  other: string | null
  body: unknown[]
}

export interface RosterFile {
  /** As the manifest and the file are called: `orgs`, `orgs.csv`. */
  name: string
  kind: RosterKind
  /** Columns that must be there, besides sourcedId. */
  required: string[]
  read: (row: RowReader) => RosterFields
}

interface Reference {
  kind: RosterKind
  field: 'parent' | 'other'
  column: string
  target: RosterKind
  /**
   * Where the target is missing, the row is skipped or kept without it. `count`: it is kept, and counts like
   * a skipped one, since a class without its course is in the wrong course for good.
   */
  whenMissing: { warning: WarningCode, action: 'skip' | 'keep' | 'count' }
}

/** What the fields of a kind refer to, as far as it is used here. Terms of a class are in its body. */
export const REFERENCES: Reference[] = [
  {
    kind: 'class',
    field: 'parent',
    column: 'courseSourcedId',
    target: 'course',
    whenMissing: { warning: 'course_missing', action: 'count' },
  },
  {
    kind: 'class',
    field: 'other',
    column: 'schoolSourcedId',
    target: 'org',
    whenMissing: { warning: 'school_missing', action: 'keep' },
  },
  {
    kind: 'enrollment',
    field: 'parent',
    column: 'classSourcedId',
    target: 'class',
    whenMissing: { warning: 'enrollment_skipped', action: 'skip' },
  },
  {
    kind: 'enrollment',
    field: 'other',
    column: 'userSourcedId',
    target: 'user',
    whenMissing: { warning: 'enrollment_skipped', action: 'skip' },
  },
  {
    kind: 'lineItem',
    field: 'parent',
    column: 'classSourcedId',
    target: 'class',
    whenMissing: { warning: 'line_item_skipped', action: 'skip' },
  },
  {
    kind: 'lineItem',
    field: 'other',
    column: 'categorySourcedId',
    target: 'category',
    whenMissing: { warning: 'category_missing', action: 'keep' },
  },
]

/** In the order of reading: what is referred to first. */
export const ROSTER_FILES: RosterFile[] = [
  {
    name: 'orgs',
    kind: 'org',
    required: ['name'],
    read: (row) => ({ parent: null, other: null, body: [row.text('name')] satisfies OrgBody }),
  },
  {
    name: 'academicSessions',
    kind: 'session',
    required: ['title'],
    read: (row) => ({
      parent: null,
      other: null,
      body: [row.text('title'), row.date('startDate'), row.date('endDate')] satisfies SessionBody,
    }),
  },
  {
    name: 'courses',
    kind: 'course',
    required: ['title'],
    read: (row) => ({
      parent: null,
      other: row.id('orgSourcedId'),
      body: [row.text('title') ?? row.value('courseCode')] satisfies CourseBody,
    }),
  },
  {
    name: 'classes',
    kind: 'class',
    required: ['title', 'courseSourcedId'],
    read (row) {
      const parent = row.id('courseSourcedId')
      if (parent === null) row.warn('class_without_course')
      const title = row.text('title')
      const terms = row.ids('termSourcedIds')
      const body: ClassBody = title === null ? [null, terms, row.value('classCode')] : [title, terms]
      return { parent, other: row.id('schoolSourcedId'), body }
    },
  },
  {
    name: 'users',
    kind: 'user',
    required: ['givenName', 'familyName'],
    read: (row) => ({
      parent: null,
      other: null,
      body: [
        row.flag('enabledUser') === false ? 0 : 1,
        row.text('preferredGivenName') ?? row.text('givenName'),
        row.text('preferredFamilyName') ?? row.text('familyName'),
        row.value('identifier'),
        row.id('email'),
        row.id('username'),
      ] satisfies UserBody,
    }),
  },
  {
    name: 'roles',
    kind: 'role',
    required: ['userSourcedId', 'role'],
    read: (row) => ({
      parent: row.needed('userSourcedId'),
      other: row.id('orgSourcedId'),
      body: [row.word('role')],
    }),
  },
  {
    name: 'enrollments',
    kind: 'enrollment',
    required: ['classSourcedId', 'userSourcedId', 'role'],
    read (row) {
      const role = row.word('role')
      if (!ROLES.has(role)) row.warn('unknown_role')
      const begin = row.date('beginDate')
      let end = row.date('endDate')
      if (end !== null && (end < FIRST_END || (begin !== null && end < begin))) {
        row.warn('end_before_begin')
        end = null
      }
      return {
        parent: row.needed('classSourcedId'),
        other: row.needed('userSourcedId'),
        body: [role, begin, end] satisfies EnrollmentBody,
      }
    },
  },
  {
    name: 'categories',
    kind: 'category',
    required: ['title'],
    read (row) {
      const weight = row.number('weight')
      if (weight !== null && weight < 0) row.error('weight', 'below_zero')
      return {
        parent: null,
        other: null,
        body: [row.text('title') ?? row.idForTitle(), weight] satisfies CategoryBody,
      }
    },
  },
  {
    name: 'lineItems',
    kind: 'lineItem',
    required: ['title', 'classSourcedId'],
    read (row) {
      if (row.id('scoreScaleSourcedId') !== null) row.warn('score_scale_ignored')
      const minimum = row.number('resultValueMin') ?? 0
      const maximum = row.number('resultValueMax')
      if (maximum === null || maximum - minimum <= 0) row.warn('points_possible_missing')
      return {
        parent: row.needed('classSourcedId'),
        other: row.id('categorySourcedId'),
        body: [
          row.text('title') ?? row.idForTitle(),
          row.dayOrInstant('dueDate'),
          minimum,
          maximum,
        ] satisfies LineItemBody,
      }
    },
  },
]

/**
 * Databases write 1900-01-01, 1899-12-30 or 0001-01-01 for "no date"; no enrollment ended before this day.
 */
const FIRST_END = '1901-01-01'

/** Of an enrollment. Only the first two mean anything here. */
const ROLES = new Set(['student', 'teacher', 'aide', 'proctor', 'administrator'])
