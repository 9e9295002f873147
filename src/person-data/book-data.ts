import { openBookReader, type Reads } from '../../db/index.ts'
import { raiseDataVersion } from '../../db/queries/courses.ts'
import { findPseudonym } from '../../db/queries/pseudonyms.ts'
import {
  deleteStudent,
  lineItemsByNumber,
  resultOrigins,
  type StudentInCourse,
} from '../../db/queries/people.ts'
import { OriginReader } from '../imports/result-origins.ts'
import { readBook, type Book } from '../courses/book.ts'
import type { BookRow } from '../courses/book-row.ts'
import { startOfDay } from '../courses/course-time.ts'
import { LATE, PLAIN_DATE, PROVISIONAL, STATUSES, STATUS_MASK } from '../courses/packed-cells.ts'
import { isoTime } from '../iso-time.ts'
import type { ExportContext, PersonalData } from './store.ts'

/** A student's line in each of their courses, computed as for the page and the workbook. */
export const BOOK_DATA: PersonalData = {
  name: 'courses',
  columns: {
    'students.source_id': 'id in the source of the course',
    'students.first_name': 'name',
    'students.last_name': 'name',
    'students.student_identifier': "the school's number of the student",
    'students.email': 'email address',
    'students.dropped_on': 'when they left the course',
    'student_scores.cells': 'scores, points, statuses and times',
    'pseudonyms.pseudonym': 'what stands for the student in files without names',
    'student_result_origins.origins': 'which result of which line item each score is',
    'student_result_origins.ids': 'ids of these results in the source of the course',
  },
  async read (person, context) {
    const reader = openBookReader(context.database)
    try {
      return await reader.read(async (snapshot) => {
        const courses = []
        for (const student of person.students) courses.push(await courseOf(student, snapshot, context))
        return courses
      })
    } finally {
      await reader.close()
    }
  },
  async erase (trx, { students }, { now }) {
    for (const student of students) await deleteStudent(trx, student.id)
    const courses = new Set(students.map((student) => student.course_id))
    for (const courseId of courses) await raiseDataVersion(trx, courseId, now)
    return { courses: courses.size }
  },
}

/** Teachers are not erased: `erase-person.ts` refuses to erase a person who still teaches. */
export const TEACHING_DATA: PersonalData = {
  name: 'teaching',
  columns: {
    'course_teachers.source_id': 'id in the source of the course',
    'course_teachers.email': 'email address',
    'course_teachers.email_key': 'email address',
    'course_teachers.first_name': 'name',
    'course_teachers.last_name': 'name',
  },
  read: async ({ teaching }) =>
    teaching.map((row) => ({
      course_id: row.course_id,
      course: row.course_name,
      source_id: row.source_id,
      email: row.email,
      first_name: row.first_name,
      last_name: row.last_name,
      is_enabled: row.is_enabled === 1,
    })),
  erase: async () => ({}),
}

async function courseOf (
  student: StudentInCourse,
  snapshot: Reads,
  { db, now }: ExportContext
): Promise<unknown> {
  const book = await readBook(snapshot, student.course_id, { now })
  const row = book === undefined ? undefined : await rowOf(book, student.id)
  const pseudonym = await findPseudonym(snapshot, student.id) ?? null
  if (book === undefined || row === undefined) {
    const { course_id: id, course_name: course } = student
    return { course_id: id, course, student: studentJson(student, pseudonym) }
  }
  const { course } = book
  const origins = new OriginReader()
  const packed = await resultOrigins(db, student.id)
  origins.load(packed?.origins ?? null, packed?.ids)
  const lineItems = await lineItemsByNumber(db, student.course_id)
  return {
    course_id: course.id,
    course_source_id: course.sourceId,
    course: course.name,
    school: course.school,
    term: course.term,
    time_zone: course.timeZone,
    period: book.periods.find((period) => period.id === student.period_id)?.name ?? null,
    student: studentJson(student, pseudonym),
    is_dropped: row.isDropped,
    course_average: orNull(row.courseAverage),
    category_averages: book.categories.map(({ name, weight }, c) => ({
      category: name,
      weight,
      average: orNull(row.categoryAverages[c]),
    })),
    tasks: book.tasks.flatMap((task, j) =>
      row.cells.isGiven(task.slot)
        ? [taskJson(book, row, { task, score: row.scores[j] }, origins, lineItems)]
        : []
    ),
  }
}

/** The row holds as long as no other row of the book is computed. */
async function rowOf (book: Book, studentId: number): Promise<BookRow | undefined> {
  for await (const batch of book.batches()) {
    for (const row of batch) if (row.student.id === studentId) return row
  }
  return undefined
}

function studentJson (row: StudentInCourse, pseudonym: string | null) {
  return {
    id: row.id,
    pseudonym,
    source_id: row.source_id,
    first_name: row.first_name,
    last_name: row.last_name,
    student_identifier: row.student_identifier,
    email: row.email,
    dropped_on: row.dropped_on,
    is_unenrolled: row.is_unenrolled === 1,
  }
}

function taskJson (
  book: Book,
  { cells }: BookRow,
  { task, score }: { task: Book['tasks'][number], score: number | undefined },
  origins: OriginReader,
  lineItems: ReadonlyMap<number, string>
) {
  const { slot } = task
  const marks = cells.marks[slot] ?? 0
  const submitted = cells.submittedAt(slot)
  const plainDay = Number.isNaN(submitted) ? '' : isoTime(submitted).slice(0, 10)
  return {
    task: task.title,
    type: task.type,
    category: book.categories[task.category]?.name ?? null,
    due_at: isoTime(task.dueAt),
    status: STATUSES[(marks & STATUS_MASK) - 1] ?? null,
    score: orNull(score),
    points: orNull(cells.points[slot]),
    points_possible: task.pointsPossible,
    exercise_count: cells.count(slot, 0),
    correct_exercise_count: cells.count(slot, 1),
    recovered_exercise_count: cells.count(slot, 2),
    is_late: (marks & LATE) !== 0,
    is_provisional: (marks & PROVISIONAL) !== 0,
    submitted_at: Number.isNaN(submitted)
      ? null
      : isoTime((marks & PLAIN_DATE) === 0 ? submitted : startOfDay(plainDay, book.course.timeZone)),
    origin:
      origins.key(slot) === 0 && origins.item(slot) === 0
        ? null
        : {
            result_number: origins.key(slot),
            result: origins.id(slot) ?? null,
            line_item: lineItems.get(origins.item(slot)) ?? null,
          },
  }
}

function orNull (value: number | undefined): number | null {
  return value === undefined || Number.isNaN(value) ? null : value
}
