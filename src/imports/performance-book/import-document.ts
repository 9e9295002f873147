import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { BookDocument } from './document.ts'
import { readPieces } from './json-pieces.ts'
import { pieceChecks } from './piece-check.ts'

const KINDS: Record<string, string> = {
  format: 'format',
  course: 'course',
  teachers: 'teacher',
  periods: 'period',
  categories: 'category',
  tasks: 'task',
  students: 'student',
  results: 'result',
}
const SHAPE = {
  values: ['format', 'course'],
  lists: ['teachers', 'periods', 'categories', 'tasks', 'students', 'results'],
}

/** Imports `performance-book/1` documents, one course each. Problems are added to the run. */
export async function importDocuments (files: SourceFile[], run: ImportRun): Promise<void> {
  const checkFor = pieceChecks()
  const checks = new Map(Object.entries(KINDS).map(([property, kind]) => [property, checkFor(kind)]))
  for (const file of files) {
    const document = new BookDocument(file, run)
    const seen = new Set<string>()
    try {
      await readPieces(file, SHAPE, {
        onBlock: (bytes) => {
          run.onBytes(bytes, file)
        },
        onFault: (path, message) => {
          document.error(path, message)
        },
        onList: (property) => {
          if (property === 'categories') document.beginCategories()
        },
        onPiece (property, index, value) {
          seen.add(property)
          const path = index < 0 ? `$.${property}` : `$.${property}[${index}]`
          const fault = checks.get(property)!(value)
          if (fault !== null) {
            document.error(path + fault.path, fault.message)
            document.refuse(property, value)
          } else document.add(property, index, cleanTexts(value, path, file, run))
        },
      })
    } catch (error) {
      if (!(error instanceof Refusal)) throw error
      run.problems.refuse(error)
      continue
    }
    for (const needed of SHAPE.values) if (!seen.has(needed)) document.error(`$.${needed}`, 'is missing')
    const book = document.book()
    if (book !== undefined) await run.plan(book, files.length)
  }
}

/** Refuses NUL, and makes U+FFFD of halves of characters, which no other program could read. */
function cleanTexts (value: unknown, path: string, file: SourceFile, run: ImportRun): unknown {
  const clean = (text: string, where: string) => {
    if (text.includes('\0')) run.problems.error({ file: file.name, path: where }, 'has a NUL character')
    if (text.isWellFormed()) return text
    run.problems.warn('lone_surrogate', { file: file.name, path: where })
    return text.toWellFormed()
  }
  if (typeof value === 'string') return clean(value, path)
  if (typeof value !== 'object' || value === null) return value
  const object = value as Record<string, unknown>
  for (const key in object) {
    const text = object[key]
    if (typeof text === 'string') object[key] = clean(text, `${path}.${key}`)
  }
  return object
}
