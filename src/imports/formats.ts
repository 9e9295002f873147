import { importGradeBooks } from './grade-book/import-grade-book.ts'
import { gradeBookFormat, otherRoster, type GradeBookFormat } from './grade-book/recognize.ts'
import type { ImportFormat } from './import-options.ts'
import type { ImportRun } from './import-run.ts'
import { importRoster } from './oneroster/import-roster.ts'
import { isBundle } from './oneroster/manifest.ts'
import { importDocuments } from './performance-book/import-document.ts'
import { Refusal } from './problems.ts'
import { listNames, shortenName } from '../short-text.ts'
import type { Source, SourceFile } from './sources/source-files.ts'

/**
 * Hands each source to the reader of its format; all bundles are one, and all grade books. Throws Refusal
 * where a format is not recognized.
 */
export async function importByFormat (sources: Source[], run: ImportRun): Promise<void> {
  const bundles: Source[] = []
  const documents: SourceFile[] = []
  const gradeBooks: Array<{ file: SourceFile, format: GradeBookFormat }> = []
  for (const source of sources) {
    await refuseWorkbook(source)
    const format = run.options.format ?? await recognize(source)
    const files = (ending: string) =>
      source.isFile ? source.files : source.files.filter((file) => file.base.endsWith(ending))
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
    if (format === 'oneroster' && !isBundle(source)) throw noKnownFile(source, NO_BUNDLE_FILE)
    const ending = format === 'performance-book' ? '.json' : '.csv'
    if (files(ending).length === 0) throw noKnownFile(source, `has no ${ending} file`)
  }
  const { course, teacher, onlyCourseId } = run.options
  if (
    gradeBooks.length === 0 && onlyCourseId === undefined && (course !== undefined || teacher !== undefined)
  ) {
    throw new Refusal(
      { file: null },
      '--course and --teacher are for grade book CSVs; other sources name their courses and teachers themselves'
    )
  }
  if (bundles.length > 0) await importRoster(asBundles(bundles), run)
  if (documents.length > 0) await importDocuments(documents, run)
  if (gradeBooks.length > 0) await importGradeBooks(gradeBooks, run)
}

/** Files that were named one by one are one bundle, so that their manifest is about all of them. */
function asBundles (sources: Source[]): Source[] {
  const loose = sources.filter((source) => source.isFile)
  if (loose.length < 2) return sources
  const files = loose.flatMap((source) => source.files)
  const bundle = { name: loose[0]!.name, isFile: false, files, found: [], close: () => {} }
  return [...sources.filter((source) => !source.isFile), bundle]
}

/** Undefined: by each file's header. */
async function recognize (source: Source): Promise<ImportFormat | undefined> {
  if (!source.files.some((file) => file.base === 'manifest.csv')) {
    const other = await otherRoster(source.files, source.name)
    if (other !== undefined) throw other
  }
  if (isBundle(source)) return 'oneroster'
  if (
    source.files.some((file) => file.base.endsWith('.json')) ||
    (source.isFile && await beginsWithBrace(source.files[0]!))
  ) return 'performance-book'
  if (source.files.length > 0 && (source.isFile || source.files.some((file) => file.base.endsWith('.csv')))) {
    return undefined
  }
  throw noKnownFile(source, NO_BUNDLE_FILE)
}

const NO_BUNDLE_FILE = 'has none of the files of a OneRoster bundle (users.csv, classes.csv, …)'
/** Most names that an error lists of what was found. */
const FOUND_LISTED = 5

/** A zip archive or folder without a file that can be read; `lack` says what it should have. */
function noKnownFile ({ name, found }: Source, lack: string): Refusal {
  const nested = found.filter((one) => one.includes('/') && /\.(csv|json)$/i.test(one))
  const folders = [...new Set(nested.map((one) => one.slice(0, one.lastIndexOf('/'))))]
  if (folders.length > 1) {
    const listed = listNames(folders.map((folder) => shortenName(folder)), FOUND_LISTED)
    const message =
      `has files in ${folders.length} folders (${listed}); import the files of one folder at a time`
    return new Refusal({ file: name }, message)
  }
  const names = found.map((one) => shortenName(one))
  const message = names.length === 0
    ? `is empty: it ${lack}`
    : `${lack}; found: ${listNames(names, FOUND_LISTED)}`
  return new Refusal({ file: name }, message)
}

async function refuseWorkbook (source: Source): Promise<void> {
  if (!source.files.some((file) => file.base === '[content_types].xml')) return
  throw new Refusal(
    { file: source.name },
    await isOurWorkbook(source)
      ? 'is a Perfbook export, which cannot be imported; import the file that the course came from'
      : 'is an Excel workbook, which is not supported yet; save its sheet as CSV UTF-8'
  )
}

/** More than the properties of a workbook ever have. */
const PROPERTIES_MAX = 64 * 1024

/** Whether a workbook names this program as its author, as `workers/workbook` writes it. */
async function isOurWorkbook ({ properties }: Source): Promise<boolean> {
  if (properties === undefined || properties.size > PROPERTIES_MAX) return false
  const chunks: Buffer[] = []
  for await (const chunk of properties.read()) chunks.push(chunk)
  return Buffer.concat(chunks).includes('<dc:creator>Perfbook</dc:creator>')
}

async function beginsWithBrace (file: SourceFile): Promise<boolean> {
  for await (const chunk of file.read()) {
    const text = chunk.subarray(0, 1024).toString('latin1').replace(/^\xef\xbb\xbf/, '').trimStart()
    if (text !== '') return text.startsWith('{')
  }
  return false
}
