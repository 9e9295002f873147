// What every writer of the comparison puts into its sheet: worked out by sums of whole numbers, so that the
// writers in Python and C have the very same without reading anything.
export const CATEGORIES = 4
export const WEIGHT = 1 / CATEGORIES
/** Points possible, by task. */
export const POSSIBLE = [9, 20, 12, 7, 10, 15]
const NOT_GIVEN = -1
const IN_PROGRESS = -2

/** Points of the task's possible; -1: not given, -2: in progress. */
export function points (student: number, task: number): number {
  if ((student * 3 + task * 5) % 41 === 0) return NOT_GIVEN
  if ((student + task * 7) % 37 === 0) return IN_PROGRESS
  return (student * 7 + task * 13 + (student * task) % 11) % (POSSIBLE[task % POSSIBLE.length]! + 1)
}

export interface Line {
  texts: [lastName: string, firstName: string, id: string, email: string, status: string]
  /** Course average, then the categories'. */
  averages: number[]
  /** Fractions, a word, or null. */
  cells: Array<number | string | null>
}

export const HEADINGS = [
  'Last name',
  'First name',
  'Student ID',
  'Email',
  'Status',
  'Course average',
  ...Array.from({ length: CATEGORIES }, (_, c) => `Category ${c + 1} average`),
]
export const FIRST_TASK = HEADINGS.length + 1

export function line (student: number, tasks: number): Line {
  const sums = new Array<number>(CATEGORIES).fill(0)
  const counts = new Array<number>(CATEGORIES).fill(0)
  const cells: Line['cells'] = []
  for (let j = 0; j < tasks; j++) {
    const p = points(student, j)
    const score = p / POSSIBLE[j % POSSIBLE.length]!
    cells.push(p === NOT_GIVEN ? null : p === IN_PROGRESS ? 'In progress' : score)
    if (p < 0) continue
    sums[j % CATEGORIES]! += score
    counts[j % CATEGORIES]!++
  }
  const averages = sums.map((sum, c) => sum / counts[c]!)
  return {
    texts: texts(student),
    averages: [averages.reduce((sum, average) => sum + average, 0) / CATEGORIES, ...averages],
    cells,
  }
}

export function texts (student: number): Line['texts'] {
  const id = String(student).padStart(6, '0')
  return [`Last ${id}`, `First ${student % 97}`, id, `student${id}@example.edu`, 'Active']
}

/** `row` counts from 1. */
export function formulas (row: number, tasks: number): string[] {
  const last = columnName(FIRST_TASK + tasks - 1)
  const counted = `SUMIF($G${row}:$J${row},">=-1E+300",$G$4:$J$4)`
  return [
    `IF(${counted}=0,"",SUMPRODUCT($G${row}:$J${row},$G$4:$J$4)/${counted})`,
    ...['G', 'H', 'I', 'J'].map((column) =>
      `IFERROR(AVERAGEIF($K$1:$${last}$1,${column}$1,$K${row}:$${last}${row}),"")`
    ),
  ]
}

export function columnName (column: number): string {
  let name = ''
  for (let n = column; n > 0; n = Math.floor((n - 1) / 26)) {
    name = String.fromCharCode(65 + (n - 1) % 26) + name
  }
  return name
}
