import { placeOf, RESULT } from '../../../db/sqlite/staging/results.ts'
import { shorten } from '../../short-text.ts'
import { importError, type ImportErrorText } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import { ERRORS_LISTED } from '../problems.ts'
import type { BookDocument } from './document.ts'

/**
 * Adds an error for each result of an unknown student or task, and for each second result of a student and
 * task. To be called when all pieces are read.
 */
export function checkResults (document: BookDocument, { staging: { results }, problems }: ImportRun): void {
  const students = new Set(document.students.map(({ number }) => number))
  const tasks = new Set(document.tasks.map(({ number }) => number))
  const studentIds = [...document.personNumbers.keys()]
  const taskIds = [...document.taskNumbers.keys()]
  const faults = new FirstFaults()
  const unknown = (thing: 'student' | 'task', id = '') => {
    return () => importError(`no_such_${thing}`, { id: shorten(id) })
  }
  for (const { person } of results.persons(document.number)) {
    const studentId = studentIds[person]
    const isStudent = students.has(person) || document.isRefused('students', studentId ?? '')
    const seen = new Set<number>()
    for (const result of results.ofStudent(document.number, person)) {
      const index = placeOf(result[RESULT.place]).line
      const task = result[RESULT.item]
      const taskId = taskIds[task]
      if (!isStudent) faults.add({ index, path: '.student', message: unknown('student', studentId) })
      if (!tasks.has(task) && !document.isRefused('tasks', taskId ?? '')) {
        faults.add({ index, path: '.task', message: unknown('task', taskId) })
      }
      if (seen.has(task)) {
        faults.add({ index, path: '', message: () => importError('second_result') })
      }
      seen.add(task)
    }
  }
  const first = faults.first()
  for (const { index, path, message } of first) document.error(`$.results[${index}]${path}`, message())
  problems.countErrors(faults.count - first.length)
}

interface Fault {
  /** Index of the result in its list. */
  index: number
  path: string
  message: () => ImportErrorText
}

/**
 * The faults that come first in the document, and the number of all. A document may have a million of them.
 */
class FirstFaults {
  count = 0
  #faults: Fault[] = []

  add (fault: Fault): void {
    this.count++
    this.#faults.push(fault)
    if (this.#faults.length > 2 * ERRORS_LISTED) this.#faults = this.first()
  }

  /** At most as many as an import lists, in the order of the document. */
  first (): Fault[] { return this.#faults.toSorted((a, b) => a.index - b.index).slice(0, ERRORS_LISTED) }
}
