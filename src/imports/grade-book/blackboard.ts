// The grade book of Blackboard (Original and Ultra), with commas or, named .xls, with tabs:
// "Quiz 1 [Total Pts: 10 Score] |101".
import { importError } from '../error-messages.ts'
import { Refusal } from '../problems.ts'
import { numberOf } from '../sources/text-values.ts'
import type { GradeWord } from './grade.ts'
import {
  columnsOf, type ColumnLayout, type IdentityUse, type TableBeginning, type TableFormat, type TableLayout,
} from './table-layout.ts'

const IDENTITY = {
  'last name': 'identity_last_name',
  'first name': 'identity_first_name',
  username: 'identity_login',
  'user name': 'identity_login',
  'student id': 'identity_student_id',
  email: 'identity_email',
  'child course id': 'identity_period',
  'last access': 'left_out',
  availability: 'left_out',
} as const
/** In any language, these are the first columns. */
const FIRST_COLUMNS: readonly IdentityUse[] = [
  'identity_last_name', 'identity_first_name', 'identity_login', 'identity_student_id',
]
const FEEDBACK = new Set([
  'grading notes', 'notes format', 'feedback to learner', 'feedback to user', 'feedback format',
])

interface GradeHeader {
  id: string | null
  title: string
  /** "Score", "Percentage", "Letter", "Text", "Complete/Incomplete" or a name of the school's. */
  display: string
  /** Null for a column that Blackboard computes: "up to 100". */
  maximum: string | null
}

/** `names` in lower case. */
export function isBlackboard (names: string[]): boolean {
  return names.some((name) => gradeHeaderOf(name) !== undefined)
}

export const BLACKBOARD: TableFormat = {
  system: 'blackboard',
  layoutOf,
  ids: ['identity_login', 'identity_student_id', 'identity_email'],
  wordOf,
  alsoExpected: '"Needs Grading", "In Progress" or a blank cell',
  otherRow: (cellOf) => cellOf('identity_login').endsWith('_previewuser') ? 'row_of_no_student' : undefined,
}

function layoutOf ({ rows: [names = []], place }: TableBeginning): TableLayout {
  if (!names.some((name) => gradeHeaderOf(name) !== undefined)) {
    throw new Refusal(place, importError('no_blackboard_grades'))
  }
  const isEnglish = names.some((name) => Object.hasOwn(IDENTITY, name.toLowerCase()))
  const columns = isEnglish
    ? columnsOf(names, IDENTITY, columnOf)
    : columnsOf(names, {}, (name, at) => {
      const use = gradeHeaderOf(name) === undefined ? FIRST_COLUMNS[at] : undefined
      return use === undefined ? columnOf(name) : { use }
    })
  return { names, columns, rowsBefore: 1 }
}

function columnOf (name: string): ColumnLayout {
  if (FEEDBACK.has(name.toLowerCase())) return { use: 'left_out', reason: 'feedback' }
  const header = gradeHeaderOf(name)
  if (header === undefined) return { use: 'left_out', reason: 'not_used' }
  const { id, title, display, maximum } = header
  if (maximum === null || isTotal(title)) return { use: 'left_out', reason: 'total' }
  if (isLetter(display)) return { use: 'left_out', reason: 'letter' }
  if (/^te[xk]/i.test(display)) return { use: 'left_out', reason: 'text' }
  const pointsPossible = numberIn(maximum)
  if (isPercent(display)) return { use: 'task_percent', id, title, pointsPossible: pointsPossible ?? 100 }
  const reason = pointsPossible === null ? 'no_points' : null
  return { use: 'task_points', id, title, pointsPossible, reason }
}

/** The parts of a header of a grade column. Undefined if it is none. */
function gradeHeaderOf (name: string): GradeHeader | undefined {
  const bar = name.lastIndexOf('|')
  const id = bar === -1 ? null : name.slice(bar + 1).trim()
  const hasId = id !== null && /^\d{1,30}$/.test(id)
  const before = hasId ? name.slice(0, bar).trimEnd() : name
  const open = before.endsWith(']') ? before.lastIndexOf('[') : -1
  if (open === -1) return undefined
  const [label = '', ...rest] = before.slice(open + 1, -1).split(':')
  // In another language, the number after the bar is the mark.
  if (rest.length === 0 || (!hasId && label.trim().toLowerCase() !== 'total pts')) return undefined
  const limit = rest.join(':').trim()
  const digits = limit.search(/\d/)
  const title = before.slice(0, open).trim()
  if (digits === -1 || title === '') return undefined
  const number = /^[\d.,]+/.exec(limit.slice(digits))?.[0] ?? ''
  return {
    id: hasId ? id : null,
    title,
    display: limit.slice(digits + number.length).trim(),
    maximum: digits === 0 ? number : null,
  }
}

/** In the header, a comma is a separator of thousands, or of decimals if other than three digits follow. */
function numberIn (text: string): number | null {
  const plain = /,\d{3}(\D|$)/.test(text) ? text.replaceAll(',', '') : text.replace(',', '.')
  const value = numberOf(plain)
  return value === undefined || value <= 0 ? null : value
}

function isTotal (title: string): boolean {
  return /^(weighted total|total|running total|total points|overall grade|final calculated grade)$/i.test(title)
}

/** Also a schema of the school's, such as "Honors Letter". */
function isLetter (display: string): boolean { return /letter|letra|lettre|lettera|buchstabe/i.test(display) }

function isPercent (display: string): boolean {
  return /%|per ?cent|por ?cent|pro[cz]ent|pour ?cent|percentu/i.test(display)
}

/** Longer texts are not words of Blackboard. */
const WORD_MAX = 100

function wordOf (text: string): GradeWord | null | undefined {
  if (text.length > WORD_MAX) return undefined
  const word = text.toLowerCase()
  // "Needs Grading(99.00)": the earlier attempt, in any language.
  if (/^(needs grading|in progress)\b/.test(word) || /^\p{L}[\p{L} ]*\([\d.,]+\)$/u.test(word)) {
    return 'in_progress'
  }
  if (word === '!' || word === 'incomplete') return 'in_progress'
  if (word === 'complete' || word === 'completed') return 'graded'
  if (word === 'exempt' || word === 'excused') return 'exempt'
  return word === 'n/a' || word === 'not graded' || word === 'no grade' ? null : undefined
}
