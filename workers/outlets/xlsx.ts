import { controlTotals } from '../../db/queries/books.ts'
import { listTeachers, type CourseTeacher } from '../../db/queries/course-teachers.ts'
import type { Book } from '../../src/courses/book.ts'
import { DomainError } from '../../src/errors.ts'
import { personName } from '../../src/person-name.ts'
import { bookChanges } from '../../src/snapshots/book-changes.ts'
import { openSnapshot } from '../../src/snapshots/snapshot.ts'
import type { WorkbookChanges } from '../workbook/workbook-request.ts'
import { writeWorkbook } from '../workbook/write-workbook.ts'
import type { OutletFacts, OutletRequest } from './outlet.ts'

/** See `WriteOutlet`. Throws SNAPSHOT_MISSING if the export to compare with was deleted. */
export async function writeXlsx (
  book: Book,
  { whole, options, file, snapshot, paper, generatedAt, generatedBy, signal, onProgress }: OutletRequest
): Promise<OutletFacts> {
  const { course: { id: courseId }, period, today, zeroedCells } = book
  const hasTeachers = options.identity === 'names'
  return await writeWorkbook(book, {
    options,
    paper,
    file,
    generatedAt,
    generatedBy,
    teachers: hasTeachers ? (await listTeachers(snapshot, courseId)).map(teacherName) : [],
    controls: { ...await controlTotals(snapshot, courseId, { today, periodId: period?.id }), zeroedCells },
    changes: await changesOf(whole, { options, snapshot }),
    signal,
    onProgress,
  })
}

/** What the sheet Changes shows; undefined: it was not requested. */
async function changesOf (
  book: Book,
  { options, snapshot }: Pick<OutletRequest, 'options' | 'snapshot'>
): Promise<WorkbookChanges | undefined> {
  const { compare_with: exportId, period_id: periodId, include_dropped: includeDropped } = options
  if (exportId === null) return undefined
  if (exportId === 'last') return { since: null, batches: async function * () {} }
  const former = await openSnapshot(snapshot, exportId)
  if (former === undefined) {
    throw new DomainError('SNAPSHOT_MISSING', { detail: 'The export to compare with no longer exists.' })
  }
  const scope = { periodId: periodId ?? undefined, includeDropped }
  return { since: former.readAt, batches: () => bookChanges(former, book, scope) }
}

function teacherName (teacher: CourseTeacher): string {
  const name = personName(teacher.first_name, teacher.last_name)
  return name === '' ? teacher.email ?? teacher.source_id ?? '' : name
}
