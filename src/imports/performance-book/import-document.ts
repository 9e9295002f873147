import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { BookDocument } from './document.ts'
import { bookOf } from './document-book.ts'
import { readPieces } from './json-pieces.ts'
import { pieceChecks, type PieceCheck } from './piece-check.ts'

/** Properties with a single value, and lists: by the kind of piece that they hold. */
const VALUES = { format: 'format', course: 'course' }
const LISTS = {
  teachers: 'teacher',
  periods: 'period',
  categories: 'category',
  tasks: 'task',
  students: 'student',
  results: 'result',
}
const SHAPE = { values: Object.keys(VALUES), lists: Object.keys(LISTS) }

/** Imports `performance-book/1` documents, one course each. Problems are added to the run. */
export async function importDocuments (files: SourceFile[], run: ImportRun): Promise<void> {
  const checkFor = pieceChecks()
  const kinds = Object.entries({ ...VALUES, ...LISTS })
  const checks = new Map(kinds.map(([property, kind]) => [property, checkFor(kind)]))
  for (const file of files) {
    await run.problems.collect(async () => {
      const document = await readDocument(file, checks, run)
      await loadCourse(document, run)
      const book = bookOf(document, run)
      if (book !== undefined) await run.plan(book, files.length)
    })
  }
}

async function loadCourse ({ course }: BookDocument, { staging: { live, load } }: ImportRun): Promise<void> {
  if (course === undefined) return
  await load.coursesNamed(course.source_id)
  const stored = live.courseBySource(course.source_id)
  if (stored !== undefined) await load.courses([stored.id])
}

async function readDocument (
  file: SourceFile, checks: ReadonlyMap<string, PieceCheck>, run: ImportRun
): Promise<BookDocument> {
  const document = new BookDocument(file, run)
  const seen = new Set<string>()
  await readPieces(file, SHAPE, {
    onBlock: (bytes) => { run.onBytes(bytes, file) },
    onFault: (path, message) => { document.error(path, message) },
    onList: (property) => { if (property === 'categories') document.beginCategories() },
    onPiece (property, index, value) {
      seen.add(property)
      const path = index < 0 ? `$.${property}` : `$.${property}[${index}]`
      const fault = checks.get(property)?.(value) ?? null
      if (fault === null) {
        document.add(property, index, cleanTexts(value, path, document, run))
      } else {
        document.error(path + fault.path, fault.message)
        document.refuse(property, value)
      }
    },
  })
  for (const required of SHAPE.values) {
    if (!seen.has(required)) document.error(`$.${required}`, importError('property_missing'))
  }
  return document
}

/**
 * Adds an error for NUL characters, and replaces lone surrogates with U+FFFD, since other programs cannot
 * read them. Changes the value in place.
 */
function cleanTexts (value: unknown, path: string, document: BookDocument, run: ImportRun): unknown {
  const clean = (text: string, where: string) => {
    if (text.includes('\0')) document.error(where, importError('nul'))
    if (text.isWellFormed()) return text
    run.problems.warn('lone_surrogate', document.placeOf(where))
    return text.toWellFormed()
  }
  if (typeof value === 'string') return clean(value, path)
  if (typeof value !== 'object' || value === null) return value
  const object = value as Record<string, unknown>
  const isList = Array.isArray(value)
  for (const key in object) {
    const text = object[key]
    if (typeof text !== 'string' && (typeof text !== 'object' || text === null)) continue
    const where = isList ? `${path}[${key}]` : `${path}.${key}`
    object[key] = typeof text === 'string' ? clean(text, where) : cleanTexts(text, where, document, run)
  }
  return object
}
