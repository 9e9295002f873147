import { importGradeBooks } from './grade-book/import-grade-book.ts'
import { gradeBookFormat, otherRoster, unknownFormat, type GradeBookFormat } from './grade-book/recognize.ts'
import type { ImportFormat } from './import-options.ts'
import type { ImportRun } from './import-run.ts'
import { importRoster } from './oneroster/import-roster.ts'
import { isBundle } from './oneroster/manifest.ts'
import { importDocuments } from './performance-book/import-document.ts'
import { Refusal } from './problems.ts'
import type { Source, SourceFile } from './source-files.ts'

/**
 * Hands each source to the reader of its format; all bundles are one, and all grade books. Throws Refusal
 * where a format is not recognized.
 */
export async function importByFormat (sources: Source[], run: ImportRun): Promise<void> {
  const bundles: Source[] = []
  const documents: SourceFile[] = []
  const gradeBooks: Array<{ file: SourceFile, format: GradeBookFormat }> = []
  for (const source of sources) {
    const format = run.options.format ?? await recognize(source)
    const files = (ending: string) => source.isFile ? source.files : source.files.filter((file) => file.base.endsWith(ending))
    if (format === 'oneroster') bundles.push(source)
    else if (format === 'performance-book') documents.push(...files('.json'))
    else {
      for (const file of files('.csv')) {
        gradeBooks.push({
          file,
          format: format ?? await gradeBookFormat(file),
        })
      }
    }
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
async function recognize (source: Source): Promise<ImportFormat | undefined> {
  if (source.files.some((file) => file.base === '[content_types].xml')) {
    throw new Refusal(
      { file: source.name },
      'is an Excel workbook, which is not supported yet; save its sheet as CSV UTF-8'
    )
  }
  if (!source.files.some((file) => file.base === 'manifest.csv')) {
    const other = await otherRoster(source.files, source.name)
    if (other !== undefined) throw other
  }
  if (isBundle(source)) return 'oneroster'
  if (source.files.some((file) => file.base.endsWith('.json')) || (source.isFile && await beginsWithBrace(source.files[0]!))) return 'performance-book'
  if (source.files.length > 0 && (source.isFile || source.files.some((file) => file.base.endsWith('.csv')))) return undefined
  throw unknownFormat(source.name, false)
}

async function beginsWithBrace (file: SourceFile): Promise<boolean> {
  for await (const chunk of file.read()) {
    const text = chunk.subarray(0, 1024).toString('latin1').replace(/^\xef\xbb\xbf/, '').trimStart()
    if (text !== '') return text.startsWith('{')
  }
  return false
}
