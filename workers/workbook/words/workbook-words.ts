// All texts of a workbook. Names of sheets and of the file are the same in all languages.
import type { ChangeKind } from '../../../src/snapshots/change.ts'

interface LegendWords {
  mark: string
  meaning: string
}

export interface WorkbookWords {
  /** Of the language, as the workbook declares it (BCP 47). */
  tag: string
  /** A whole number with its digits grouped. */
  number: (n: number) => string

  // Summary
  course: string
  school: string
  term: string
  teachers: string
  generatedAt: string
  generatedBy: string
  commandLine: string
  students: string
  droppedStudents: string
  tasks: string
  scores: string
  courseAverage: string
  category: string
  weight: string
  classAverage: string
  median: string
  lowest: string
  highest: string
  total: string
  /** Beside a total of weights that is not 100%. */
  scaled: string
  /** Heads the bands of course averages. */
  courseAverages: string
  grade: string
  /** The lowest average of a grade. */
  from: string
  highlightBelow: string
  /** Beside the limit for highlighting. */
  highlightNote: string
  /** The first and the last band of averages, and one in between; limits in percent. */
  below: (limit: number) => string
  between: (from: number, to: number) => string
  above: (from: number) => string
  /** Of the chart, for people who cannot see it. */
  chartDescription: string
  /** Shown to a person who enters an invalid weight or limit for highlighting, or limit of a grade. */
  enterPercent: string
  enterLimit: string
  period: string
  noPeriod: string
  sumOf: (average: string) => string
  studentsOf: (average: string) => string
  lowestOf: (average: string) => string
  highestOf: (average: string) => string
  mark: string
  example: string
  meaning: string
  check: string
  agrees: string
  checked: (counts: { students: number, tasks: number, scores: number }) => string

  // Sheets of students
  lastName: string
  firstName: string
  studentId: string
  email: string
  status: string
  /** Heads the averages of a category. */
  averageOf: (category: string) => string
  due: string
  pointsPossible: string
  /** Values of the column `status`. Formulas test them and ignore case. */
  active: string
  dropped: string
  taskStatuses: Readonly<
    Record<'not_started' | 'in_progress' | 'completed' | 'submitted' | 'missing' | 'exempt', string>
  >

  legend: Readonly<Record<
    | 'late' | 'provisional' | 'lateAndProvisional' | 'zero' | 'missing' | 'low' | 'dropped' | 'word'
    | 'empty' | 'points' | 'input' | 'numbers' | 'row4' | 'bands' | 'median',
    LegendWords
  >>

  // The sheet Changes
  changes: {
    /** The day and time of the other export. */
    since: (day: string) => string
    none: (day: string) => string
    noEarlier: string
    /** How many changes are not listed. */
    more: (count: string) => string
    what: string
    subject: string
    before: string
    after: string
    note: string
    kinds: Readonly<Record<ChangeKind, string>>
    fields: Readonly<Record<'title' | 'time_zone' | 'missing_counts' | 'grading_scale', string>>
    missing: { ignored: string, zero: string }
    /** The limit of a grade. */
    percent: (limit: number) => string
    notes: {
      late: string
      notLate: string
      provisional: string
      final: string
      points: (before: string, after: string) => string
    }
  }

  // Printed below each page
  page: (page: string, pages: string) => string
}
