// The texts and values that the sheet Changes shows for a change.
import type { CellState, Change, ChangedField, ChangeValue } from '../../src/snapshots/change.ts'
import type { GradingScale } from '../../src/courses/grading-scale.ts'
import { roundPoints } from './points.ts'
import type { WorkbookOptions } from './workbook-request.ts'
import { LATE_LOOK, PROVISIONAL_LOOK } from './workbook-styles.ts'
import type { WorkbookWords } from './words/workbook-words.ts'

type Values = WorkbookOptions['values']

/** A value and how a cell shows it. */
export type ShownValue =
  | { kind: 'date', value: number, look?: number }
  | { kind: 'score' | 'points' | 'average' | 'text', value: number | string | null, look?: number }

const NOTHING: ShownValue = { kind: 'text', value: null }

/** What happened, to what, and what the values before and after do not say. */
export function changeTexts (
  change: Change,
  words: WorkbookWords,
  values: Values
): { what: string, subject: string, note: string } {
  return {
    what: words.changes.kinds[change.kind],
    subject: subjectOf(change, words),
    note: noteOf(change, words, values),
  }
}

function subjectOf ({ kind, field, task, category, period }: Change, words: WorkbookWords): string {
  if (kind === 'class_average_changed') {
    return category === undefined ? words.courseAverage : words.averageOf(category.name)
  }
  if (kind === 'average_changed') return words.courseAverage
  const name = task?.title ?? category?.name ?? period?.name
  const label = field === undefined ? '' : fieldOf(field, words)
  // The values show a new name, so the name alone is enough.
  if (name === undefined) return label
  return label === '' || field === 'name' || field === 'title' ? name : `${name}: ${label}`
}

function fieldOf (field: ChangedField, words: WorkbookWords): string {
  switch (field) {
    case 'name':
      return words.course
    case 'school':
      return words.school
    case 'term':
      return words.term
    case 'weight':
      return words.weight
    case 'category':
      return words.category
    case 'due_at':
      return words.due
    case 'points_possible':
      return words.pointsPossible
    case 'first_name':
      return words.firstName
    case 'last_name':
      return words.lastName
    case 'student_identifier':
      return words.studentId
    case 'email':
      return words.email
    case 'period':
      return words.period
    case 'title':
    case 'time_zone':
    case 'missing_counts':
    case 'grading_scale':
      return words.changes.fields[field]
  }
}

/** The cell of the column Before or After. */
export function changeValue (
  { kind, field, task, formerTask = task, before, after }: Change,
  which: 'before' | 'after',
  words: WorkbookWords,
  values: Values
): ShownValue {
  const value = which === 'before' ? before : after
  if (kind === 'student_joined') return which === 'before' ? NOTHING : asText(value ?? words.active)
  if (kind === 'student_left') return asText(which === 'before' ? value ?? words.active : words.dropped)
  if (value === null) return NOTHING
  if (isCell(value)) {
    const { pointsPossible } = (which === 'before' ? formerTask : task) ?? {}
    return cellValue(value, pointsPossible ?? 0, words, values)
  }
  if (typeof value === 'object') return asText(scaleText(value, words))
  if (typeof value === 'string') return asText(field === 'missing_counts' ? missingText(value, words) : value)
  if (field === 'due_at') return { kind: 'date', value }
  return field === 'points_possible'
    ? { kind: 'points', value: roundPoints(value) }
    : { kind: 'average', value }
}

function asText (value: ChangeValue): ShownValue {
  return { kind: 'text', value: String(value) }
}

function cellValue (
  { status, score, points, is_late: isLate, is_provisional: isProvisional }: CellState,
  possible: number,
  words: WorkbookWords,
  values: Values
): ShownValue {
  const look = (isLate ? LATE_LOOK : 0) | (isProvisional ? PROVISIONAL_LOOK : 0)
  if (score === null) {
    return { kind: 'score', value: status === null ? null : words.taskStatuses[status], look }
  }
  return values === 'points' && possible > 0
    ? { kind: 'points', value: roundPoints(points ?? score * possible), look }
    : { kind: 'score', value: score, look }
}

/** The differences that the two cells do not show, in the order of the legend. */
function noteOf ({ before, after }: Change, words: WorkbookWords, values: Values): string {
  const [was, is] = [isCell(before) ? before : undefined, isCell(after) ? after : undefined]
  // Work that is gone is not late or provisional, and was not corrected.
  if (is === undefined) return ''
  const notes: string[] = []
  const { late, notLate, provisional, final, points } = words.changes.notes
  if ((was?.is_late ?? false) !== is.is_late) notes.push(is.is_late ? late : notLate)
  if ((was?.is_provisional ?? false) !== is.is_provisional) {
    notes.push(is.is_provisional ? provisional : final)
  }
  if (was === undefined || was.score === null || is.score === null) return notes.join(', ')
  if (was.status !== is.status && was.status !== null && is.status !== null) {
    notes.push(`${words.taskStatuses[was.status]} → ${words.taskStatuses[is.status]}`)
  }
  if (values === 'percent' && was.score === is.score && was.points !== is.points) {
    notes.push(points(String(was.points ?? 0), String(is.points ?? 0)))
  }
  return notes.join(', ')
}

function isCell (value: ChangeValue): value is CellState {
  return typeof value === 'object' && value !== null && 'is_late' in value
}

/** `A 90%, B 80%, F 0%`, or with a space in Spanish. */
function scaleText (scale: GradingScale, { changes }: WorkbookWords): string {
  const percent = (from: number): string => changes.percent(Number((100 * from).toFixed(8)))
  return scale.map(({ grade, from }) => `${grade} ${percent(from)}`).join(', ')
}

function missingText (value: string, { changes }: WorkbookWords): string {
  return value === 'zero' ? changes.missing.zero : changes.missing.ignored
}
