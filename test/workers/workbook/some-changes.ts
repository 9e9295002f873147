// Changes of every kind, with every difficult text, and the rows in which the sheet Changes shows them.
import type { StudentRow } from '../../../db/queries/books.ts'
import type { BookTask } from '../../../src/courses/book-columns.ts'
import { CHANGE_KINDS, type CellState, type Change } from '../../../src/snapshots/change.ts'
import { wordsOf } from '../../../workers/workbook/words/words.ts'
import type { CellValue } from '../../support/openpyxl.ts'
import { HURTING_TEXTS } from './corpus.ts'

const { kinds } = wordsOf('en').changes
/** 2015-03-09 12:30 in UTC. */
export const SINCE = Date.UTC(2015, 2, 9, 12, 30)
const CLOCK: Record<string, string> = { UTC: '2015-03-09 12:30', 'America/Chicago': '2015-03-09 07:30' }
const HEADINGS = [
  'What', 'Last name', 'First name', 'Student ID', 'Task or setting', 'Before', 'After', 'Note',
]

const student = (lastName: string | null, identifier: string | null) =>
  ({ last_name: lastName, first_name: 'Ann', student_identifier: identifier }) as StudentRow
const task = { title: '=HW 1', pointsPossible: 10 } as BookTask
const cell = (state: Partial<CellState>): CellState => ({
  status: 'completed', score: null, points: null, is_late: false, is_provisional: false, ...state,
})
const ann = student('Ames', '007')

interface ShownChange {
  change: Change
  /** From column E on: subject, before, after, note. */
  row: CellValue[]
}

/** The changes and their rows, with values as a percentage or in points. */
export function someChanges (values: 'percent' | 'points', timeZone = 'UTC'): ShownChange[] {
  const inPoints = values === 'points'
  const shown = (points: number) => inPoints ? points : points / 10
  return [
    ...HURTING_TEXTS.map((text): ShownChange => ({
      change: {
        kind: 'student_changed', field: 'email', student: student(text, text), before: text, after: null,
      },
      row: ['Email', text, null, null],
    })),
    ...CHANGE_KINDS.filter((kind) => /^(category|period)_/.test(kind)).map((kind): ShownChange => ({
      change: { kind, category: { id: 1, sourceId: '1', name: '*Quiz?' }, before: null, after: '*Quiz?' },
      row: ['*Quiz?', null, '*Quiz?', null],
    })),
    {
      change: { kind: 'setting_changed', field: 'missing_counts', before: 'ignored', after: 'zero' },
      row: ['Missing work', 'is ignored', 'counts as 0%', null],
    },
    {
      change: {
        kind: 'setting_changed', field: 'grading_scale', before: [],
        after: [{ grade: 'A', from: 0.9 }, { grade: 'F', from: 0 }],
      },
      row: ['Grading scale', null, 'A 90%, F 0%', null],
    },
    {
      change: {
        kind: 'category_changed', field: 'weight', category: { id: 1, sourceId: '1', name: 'Homework' },
        before: 0.25, after: 0,
      },
      row: ['Homework: Weight', 0.25, 0, null],
    },
    {
      change: { kind: 'task_added', task, before: null, after: '=HW 1' },
      row: ['=HW 1', null, '=HW 1', null],
    },
    {
      change: { kind: 'task_removed', task, before: '=HW 1', after: null },
      row: ['=HW 1', '=HW 1', null, null],
    },
    {
      change: { kind: 'task_changed', field: 'due_at', task, before: null, after: SINCE },
      row: ['=HW 1: Due', null, { date: `${CLOCK[timeZone]!.replace(' ', 'T')}:00` }, null],
    },
    {
      change: { kind: 'task_changed', field: 'points_possible', task, before: 7.5, after: null },
      row: ['=HW 1: Points possible', 7.5, null, null],
    },
    {
      change: { kind: 'class_average_changed', before: null, after: 0.7 },
      row: ['Course average', null, 0.7, null],
    },
    {
      change: { kind: 'average_changed', student: ann, before: 1 / 3, after: 2 / 3 },
      row: ['Course average', 1 / 3, 2 / 3, null],
    },
    {
      change: { kind: 'student_joined', student: ann, before: null, after: null },
      row: ['', null, 'Active', null],
    },
    {
      change: { kind: 'student_left', student: ann, before: '1st', after: null },
      row: ['', '1st', 'Dropped', null],
    },
    {
      change: { kind: 'student_moved', field: 'period', student: ann, before: '1st', after: null },
      row: ['Period', '1st', null, null],
    },
    {
      change: {
        kind: 'score_added', student: ann, task, before: cell({ status: 'missing' }),
        after: cell({ score: 0.8, points: 8, is_late: true }),
      },
      row: ['=HW 1', 'Missing', shown(8), 'now late'],
    },
    {
      change: {
        kind: 'score_removed', student: ann, task, after: null,
        before: cell({ score: 0.5, points: 5, is_late: true, is_provisional: true }),
      },
      row: ['=HW 1', shown(5), null, null],
    },
    {
      change: {
        kind: 'score_changed', student: ann, task,
        before: cell({ score: 0.5, points: 5, is_late: true, is_provisional: true, status: 'in_progress' }),
        after: cell({ score: 0.5, points: 6 }),
      },
      row: [
        '=HW 1', shown(5), inPoints ? 6 : 0.5,
        'no longer late, no longer provisional, In progress → Completed' +
          (inPoints ? '' : ', Points: 5 → 6'),
      ],
    },
    {
      change: {
        kind: 'score_changed', student: ann, task, formerTask: { ...task, pointsPossible: 4 },
        before: cell({ score: 0.5 }), after: cell({ score: 0.6 }),
      },
      row: ['=HW 1', inPoints ? 2 : 0.5, shown(6), null],
    },
    {
      change: {
        kind: 'status_changed', student: ann, task, before: null, after: cell({ status: 'submitted' }),
      },
      row: ['=HW 1', null, 'Submitted', null],
    },
  ]
}

/** Every row of the sheet. */
export function changesRows (changes: ShownChange[], timeZone = 'UTC'): CellValue[][] {
  return [
    [`Changes since the export of ${CLOCK[timeZone]}`],
    HEADINGS,
    ...changes.map(({ change: { kind, student }, row }) => [
      kinds[kind],
      student?.last_name ?? null,
      student?.first_name ?? null,
      student?.student_identifier ?? null,
      ...row,
    ]),
  ]
}
