import { isCanvas } from './grade-book/canvas.ts'
import { importGradeBooks, type GradeBookFormat } from './grade-book/import-grade-book.ts'
import { isMoodle } from './grade-book/moodle.ts'
import type { ImportFormat } from './import-options.ts'
import type { ImportRun } from './import-run.ts'
import { importRoster } from './oneroster/import-roster.ts'
import { isBundle } from './oneroster/manifest.ts'
import { importDocuments } from './performance-book/import-document.ts'
import { Refusal } from './problems.ts'
import type { Source, SourceFile } from './source-files.ts'

/** Hands each source to the reader of its format; all bundles are one, and all grade books. Throws Refusal where a format cannot be recognised. */
export async function importByFormat (sources: Source[], run: ImportRun): Promise<void> {
  const bundles: Source[] = []
  const documents: SourceFile[] = []
  const gradeBooks: Array<{ file: SourceFile, format: GradeBookFormat }> = []
  for (const source of sources) {
    const format = run.options.format ?? await recognise(source, run)
    const files = (ending: string) => source.isFile ? source.files : source.files.filter((file) => file.base.endsWith(ending))
    if (format === 'oneroster') bundles.push(source)
    else if (format === 'performance-book') documents.push(...files('.json'))
    else for (const file of files('.csv')) gradeBooks.push({ file, format: format ?? await gradeBookFormat(file, run) })
    const isEmpty = format === 'oneroster' ? !isBundle(source) : files(format === 'performance-book' ? '.json' : '.csv').length === 0
    if (isEmpty) throw new Refusal({ file: source.name }, `has no file of a ${format ?? 'known'} import in it`)
  }
  const { course, teacher, onlyCourseId } = run.options
  if (gradeBooks.length === 0 && onlyCourseId === undefined && (course !== undefined || teacher !== undefined)) {
    throw new Refusal({ file: null }, '--course and --teacher are for grade book CSVs; other sources name their courses and teachers themselves')
  }
  if (bundles.length > 0) await importRoster(asBundles(bundles), run)
  if (documents.length > 0) await importDocuments(documents, run)
  if (gradeBooks.length > 0) await importGradeBooks(gradeBooks, run)
}

/** Files that were named one by one are one bundle, so that their manifest is about all of them. */
function asBundles (sources: Source[]): Source[] {
  const loose = sources.filter((source) => source.isFile)
  if (loose.length < 2) return sources
  return [...sources.filter((source) => !source.isFile), { name: loose[0]!.name, isFile: false, files: loose.flatMap((source) => source.files), close: () => {} }]
}

/** Undefined: by each file's header. */
async function recognise (source: Source, run: ImportRun): Promise<ImportFormat | undefined> {
  if (isBundle(source)) return 'oneroster'
  if (source.files.some((file) => file.base.endsWith('.json')) || (source.isFile && await beginsWithBrace(source.files[0]!))) return 'performance-book'
  if (source.files.length > 0 && (source.isFile || source.files.some((file) => file.base.endsWith('.csv')))) return undefined
  throw unknownFormat(source.name)
}

async function beginsWithBrace (file: SourceFile): Promise<boolean> {
  for await (const chunk of file.read()) {
    const text = chunk.subarray(0, 1024).toString('latin1').replace(/^\xef\xbb\xbf/, '').trimStart()
    if (text !== '') return text.startsWith('{')
  }
  return false
}

async function gradeBookFormat (file: SourceFile, run: ImportRun): Promise<GradeBookFormat> {
  let header: string[] = []
  try {
    await run.readCsv(file, (names) => {
      header = names
      throw new HeaderRead()
    })
  } catch (error) {
    if (!(error instanceof HeaderRead)) throw error
  }
  if (isCanvas(header)) return 'canvas'
  if (isMoodle(header)) return 'moodle'
  throw unknownFormat(file.name)
}

class HeaderRead extends Error {}

function unknownFormat (name: string): Refusal {
  return new Refusal({ file: name }, 'is in no known format: expected a OneRoster bundle, a performance-book/1 document, or the grade book CSV of Canvas or Moodle')
}
