// The grade export of Brightspace (D2L): "Quiz 1 Points Grade <Numeric MaxPoints:10 Weight:50
// Category:Quizzes CategoryWeight:40>", and ids and logins that begin with #.
import { importError } from '../error-messages.ts'
import { Refusal } from '../problems.ts'
import { numberOf } from '../sources/text-values.ts'
import {
  columnsOf, type ColumnLayout, type TableBeginning, type TableFormat, type TableLayout,
} from './table-layout.ts'

const IDENTITY = {
  orgdefinedid: 'identity_student_id',
  username: 'identity_login',
  'last name': 'identity_last_name',
  'first name': 'identity_first_name',
  email: 'identity_email',
  sections: 'identity_period',
  'end-of-line indicator': 'left_out',
} as const

/** How a column with grades ends, in lower case. Exports have those that the teacher selects. */
const KINDS = [' points grade', ' weighted grade', ' text grade', ' grade scheme', ' scheme symbol'] as const

interface GradeHeader {
  title: string
  kind: typeof KINDS[number]
  /** "numeric", "text", "selectbox", "pass/fail", "formula", "calculated"; empty: not given. */
  type: string
  maximum: string | null
  weight: string | null
  category: string | null
  categoryWeight: string | null
}

/** `names` in lower case. */
export function isBrightspace (names: string[]): boolean {
  return names.some((name) => {
    return name === 'orgdefinedid' || name === 'end-of-line indicator' ||
      (name.endsWith('>') && (gradeHeaderOf(name)?.type ?? '') !== '')
  })
}

export const BRIGHTSPACE: TableFormat = {
  system: 'brightspace',
  layoutOf,
  ids: ['identity_student_id', 'identity_login', 'identity_email'],
  plainId: (cell) => cell.startsWith('#') ? cell.slice(1).trimStart() : cell,
  wordOf: (text) => /^(exempt|excused)$/i.test(text) ? 'exempt' : undefined,
  alsoExpected: 'Exempt or a blank cell',
}

function layoutOf ({ rows: [names = []], place }: TableBeginning): TableLayout {
  const columns = columnsOf(names, IDENTITY, columnOf)
  const hasTasks = columns.some(({ use }) => use === 'task_points')
  // A grade book without any grades is fine; its students are imported.
  const isEmpty = isBrightspace(names.map((name) => name.toLowerCase())) &&
    !names.some((name) => gradeHeaderOf(name) !== undefined || isAttendance(name))
  if (!hasTasks && !isEmpty) {
    throw new Refusal(place, importError('no_brightspace_grades'))
  }
  return { names, columns, rowsBefore: 1 }
}

function columnOf (name: string): ColumnLayout {
  const leftOut = (reason: Extract<ColumnLayout, { use: 'left_out' }>['reason']): ColumnLayout => {
    return { use: 'left_out', reason }
  }
  const header = gradeHeaderOf(name)
  const type = header?.type ?? ''
  if (type === 'calculated' || (type === '' && isTotal(name.toLowerCase()))) return leftOut('total')
  if (header === undefined) return leftOut('not_used')
  if (type === 'formula') return leftOut('read_only')
  if (type === 'text' || header.kind === ' text grade') return leftOut('text')
  if (header.kind === ' weighted grade') return leftOut('weighted')
  if (header.kind !== ' points grade') return leftOut('letter')
  const { title, maximum, weight, category, categoryWeight } = header
  const possible = positive(maximum)
  // An item of its own counts in the final grade as a category does.
  const own = category === null && weight !== null ? { category: title, categoryWeight: share(weight) } : {}
  const given = category === null ? own : { category, categoryWeight: share(categoryWeight) }
  const reason = possible === null ? 'no_points' : null
  return { use: 'task_points', id: null, title, pointsPossible: possible, ...given, reason }
}

/** The parts of a header of a grade column. Undefined if it is none. */
function gradeHeaderOf (name: string): GradeHeader | undefined {
  const open = name.endsWith('>') ? name.lastIndexOf('<') : name.length
  if (open === -1) return undefined
  const before = name.slice(0, open).trimEnd()
  const kind = KINDS.find((one) => before.toLowerCase().endsWith(one))
  if (kind === undefined) return undefined
  const title = before.slice(0, -kind.length).trim()
  if (title === '') return undefined
  const inside = name.slice(open + 1, -1).trim()
  const [own, ofCategory] = splitBefore(inside, 'Category:')
  const [category, categoryWeight] = splitBefore(ofCategory, 'CategoryWeight:')
  return {
    title,
    kind,
    type: /^[a-z/]*/i.exec(own)?.[0].toLowerCase() ?? '',
    maximum: valueOf(own, 'MaxPoints'),
    weight: valueOf(own, 'Weight'),
    category: category === '' ? null : category,
    categoryWeight: categoryWeight === '' ? null : categoryWeight,
  }
}

/** What is before and after a key that begins a word. The second is empty if there is no such key. */
function splitBefore (text: string, key: string): [string, string] {
  const at = ` ${text.toLowerCase()}`.indexOf(` ${key.toLowerCase()}`)
  if (at === -1) return [text.trim(), '']
  return [text.slice(0, at).trim(), text.slice(at + key.length).trim()]
}

function valueOf (text: string, key: string): string | null {
  const [, value] = splitBefore(text, `${key}:`)
  return value === '' ? null : value.split(' ', 1)[0] ?? null
}

/** A number, as Brightspace writes it in headers: with a comma in some languages. */
function positive (text: string | null): number | null {
  const value = text === null ? undefined : numberOf(text.replace(',', '.'))
  return value === undefined || value <= 0 ? null : value
}

/** A fraction. */
function share (percent: string | null): number | null {
  const value = percent === null ? undefined : numberOf(percent.replace(',', '.'))
  return value === undefined || value < 0 ? null : value / 100
}

/** In lower case: of a category or of the course. */
function isTotal (name: string): boolean {
  return /(^|\s)(subtotal|calculated final grade|adjusted final grade|final calculated grade|final adjusted grade)(\s|$)/
    .test(name)
}

/** The export of attendance ends with the same column. */
function isAttendance (name: string): boolean { return /^% attendance$/i.test(name) }
