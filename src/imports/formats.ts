import { listNames, shortenName } from '../short-text.ts'
import { importError } from './error-messages.ts'
import { courseFor, isCourseNamed, type GradeBookCourse } from './grade-book/grade-book-course.ts'
import { howToRead, type GradeBookFile, type MappedFile } from './grade-book/how-to-read.ts'
import { importGradeBooks } from './grade-book/import-grade-book.ts'
import { otherRoster } from './grade-book/recognize.ts'
import type { ImportFormat, ImportOptions } from './import-options.ts'
import type { ImportRun } from './import-run.ts'
import { importRoster, readBundles } from './oneroster/import-roster.ts'
import { isBundle } from './oneroster/manifest.ts'
import { ROSTER_FILES } from './oneroster/roster-files.ts'
import {
  formatOfSystem, isTableOf, rosterSystemOf, systemOfFormat,
} from './other-rosters/recognize-roster.ts'
import { readRosterTables, type RosterSystem } from './other-rosters/roster-tables.ts'
import { optionName, rosterAsCsv, type AskedBy } from './option-names.ts'
import { importDocuments } from './performance-book/import-document.ts'
import { Refusal } from './problems.ts'
import type { Source, SourceFile } from './sources/source-files.ts'

/** Files of each format among the sources. */
interface Sorted {
  bundles: Source[]
  /** Sources of each other system of rosters. */
  rosters: Map<RosterSystem, Source[]>
  documents: SourceFile[]
  gradeBooks: Array<GradeBookFile | MappedFile>
  /** The course of the grade books. */
  course?: GradeBookCourse
}

/**
 * Imports each source with the reader of its format. All bundles are read as one, and so are all grade books.
 * Throws Refusal if a format is not recognized.
 */
export async function importByFormat (sources: Source[], run: ImportRun): Promise<void> {
  const sorted: Sorted = { bundles: [], rosters: new Map(), documents: [], gradeBooks: [] }
  const forced = formatOf(run.options)
  const ofSingleFiles = forced === undefined ? await systemOfSingleFiles(sources) : undefined
  for (const source of sources) {
    warnOfWorkbooks(source, run)
    const [file] = source.isFile ? source.files : []
    if (ofSingleFiles === undefined || file === undefined || !isTableOf(ofSingleFiles, file)) {
      await sort(source, sorted, forced, run)
    } else addRoster(ofSingleFiles, source, sorted)
  }
  run.problems.format = firstFormat(sorted)
  if (run.options.sheet !== undefined && !hasWorkbook(sources)) {
    const option = optionName('sheet', run.options.askedBy)
    throw new Refusal({ file: null }, importError('sheet_without_workbook', { option }))
  }
  const { bundles, rosters, documents, gradeBooks } = sorted
  const { course, teacher, onlyCourseId, askedBy } = run.options
  const namesCourse = onlyCourseId === undefined && (course !== undefined || teacher !== undefined)
  const [firstGradeBook] = gradeBooks
  if (firstGradeBook === undefined && namesCourse) {
    const names = { course: optionName('course', askedBy), teacher: optionName('teacher', askedBy) }
    throw new Refusal({ file: null }, importError('course_without_grade_book', names))
  }
  assertOneSystem(bundles, rosters)
  if (bundles.length > 0) await importRoster(asBundles(bundles), run, readBundles)
  for (const [system, found] of rosters) {
    await importRoster(found, run, async (tables, skipped) => {
      return await readRosterTables(system, tables, skipped, run)
    })
  }
  if (documents.length > 0) await importDocuments(documents, run)
  if (firstGradeBook === undefined) return
  await importGradeBooks(gradeBooks, sorted.course ?? await courseFor(firstGradeBook.file, run), run)
}

function firstFormat ({ bundles, rosters, documents, gradeBooks }: Sorted): ImportFormat | undefined {
  if (bundles.length > 0) return 'oneroster'
  const [system] = rosters.keys()
  if (system !== undefined) return formatOfSystem(system)
  return documents.length > 0 ? 'performance-book' : gradeBooks[0]?.format
}

/** The format that the options force. A column map is for tables. Throws Refusal. */
function formatOf ({ format, map }: ImportOptions): ImportFormat | undefined {
  if (map === undefined || format === 'spreadsheet') return format
  if (format === undefined) return 'spreadsheet'
  throw new Refusal({ file: null }, importError('map_for_format', { format }))
}

async function sort (
  source: Source, sorted: Sorted, forced: ImportFormat | undefined, run: ImportRun
): Promise<void> {
  const { askedBy } = run.options
  const isWorkbook = hasWorkbook([source])
  if (isWorkbook && forced !== undefined && NOT_FROM_WORKBOOKS.includes(forced)) {
    const message = forced === 'performance-book'
      ? importError('workbook_no_json')
      : importError('workbook_as_roster', { format: forced, advice: rosterAsCsv(askedBy) })
    throw new Refusal({ file: source.name }, message)
  }
  if (forced === 'sds' || forced === 'clever') {
    return addRoster(systemOfFormat(forced, source.files), source, sorted)
  }
  const roster = forced === undefined && !isWorkbook ? await rosterSystemOf(source.files) : undefined
  if (roster !== undefined) return addRoster(roster, source, sorted)
  const format = forced ?? (isWorkbook ? undefined : await recognize(source, askedBy))
  const ending = format === 'performance-book' ? '.json' : '.csv'
  const files = source.isFile ? source.files : source.files.filter((file) => file.base.endsWith(ending))
  if (format === 'oneroster' && !isBundle(source)) throw noKnownFile(source, undefined, askedBy)
  if (files.length === 0) throw noKnownFile(source, ending, askedBy)
  if (format === 'oneroster') {
    sorted.bundles.push(source)
  } else if (format === 'performance-book') {
    sorted.documents.push(...files)
  } else {
    for (const file of files) {
      if (isCourseNamed(run.options)) sorted.course ??= await courseFor(file, run)
      sorted.gradeBooks.push(await howToRead({ file, forced: format, course: sorted.course, run }))
    }
  }
}

/** A folder or an archive of other files: its workbooks are not read. */
function warnOfWorkbooks ({ isFile, name, files }: Source, { problems }: ImportRun): void {
  const workbooks = isFile ? [] : files.filter(({ base }) => WORKBOOK.test(base))
  if (workbooks.length === 0) return
  const cell = listNames(workbooks.map((file) => file.name), FOUND_LISTED)
  problems.warn('workbooks_not_read', { file: name, cell }, workbooks.length)
}

const WORKBOOK = /\.(xls[xmb]?|ods|numbers)$/
const NOT_FROM_WORKBOOKS: readonly ImportFormat[] = ['oneroster', 'performance-book', 'sds', 'clever']

function addRoster (system: RosterSystem, source: Source, { rosters }: Sorted): void {
  rosters.set(system, [...rosters.get(system) ?? [], source])
}

/** Single files are one roster: some of its tables look like those of OneRoster when they are alone. */
async function systemOfSingleFiles (sources: Source[]): Promise<RosterSystem | undefined> {
  const files = sources.filter(({ isFile }) => isFile).flatMap((source) => source.files)
  return files.length > 1 ? await rosterSystemOf(files) : undefined
}

/** Throws Refusal if there are rosters of several systems. */
function assertOneSystem (bundles: Source[], rosters: Sorted['rosters']): void {
  const [[system, [first] = []] = [], ...others] = rosters
  if (system === undefined || (others.length === 0 && bundles.length === 0)) return
  throw new Refusal({ file: first?.name ?? null }, importError('mixed_rosters', { system: system.name }))
}

function hasWorkbook (sources: Source[]): boolean {
  return sources.some(({ files }) => files.some(({ sheet }) => sheet !== undefined))
}

/** Single files are one bundle, so that their manifest is about all of them. */
function asBundles (sources: Source[]): Source[] {
  const [first, ...others] = sources.filter((source) => source.isFile)
  if (first === undefined || others.length === 0) return sources
  const files = [first, ...others].flatMap((source) => source.files)
  const bundle = { name: first.name, isFile: false, files, found: [], close: () => {} }
  return [...sources.filter((source) => !source.isFile), bundle]
}

/** The format of a source. Undefined for a grade book, whose format each file's header shows. */
async function recognize (
  source: Source, askedBy?: AskedBy
): Promise<'oneroster' | 'performance-book' | undefined> {
  if (!source.files.some((file) => file.base === 'manifest.csv')) {
    const other = await otherRoster(source.files, source.name)
    if (other !== undefined) throw other
  }
  if (isBundle(source)) return 'oneroster'
  const { files: [first, ...others], isFile } = source
  if (first === undefined) throw noKnownFile(source, undefined, askedBy)
  const has = (ending: string) => [first, ...others].some((file) => file.base.endsWith(ending))
  if (has('.json') || (isFile && await beginsWithBrace(first))) return 'performance-book'
  const prefixed = prefixedFile([first, ...others])
  if (prefixed !== undefined) throw prefixed
  if (isFile || has('.csv')) return undefined
  throw noKnownFile(source, undefined, askedBy)
}

/** Most names of files that an error lists. */
const FOUND_LISTED = 5

/** The error for a bundle whose files have a prefix: `NorthHigh_20261126_users.csv`. */
function prefixedFile (files: SourceFile[]): Refusal | undefined {
  const named = files.flatMap(({ name, base }) => {
    const own = ROSTER_FILES.find((one) => new RegExp(`[-_. ]${one.name}\\.csv$`, 'i').test(base))?.name
    return own === undefined ? [] : [{ name, own }]
  })
  const [first, second] = named
  if (first === undefined || second === undefined) return undefined
  return new Refusal(
    { file: first.name }, importError('prefixed_files', { own: first.own, other: second.own })
  )
}

/**
 * The error for a zip archive or folder without a readable file: without one that ends with `ending`, or
 * without those of a bundle.
 */
function noKnownFile ({ name, found }: Source, ending: string | undefined, askedBy?: AskedBy): Refusal {
  const names = found.map((one) => shortenName(one))
  const workbooks = names.filter((one) => /\.xls[xm]$/i.test(one))
  if (workbooks.length > 0) {
    const message = importError('workbooks_in_archive', {
      workbooks: listNames(workbooks, FOUND_LISTED), advice: rosterAsCsv(askedBy),
    })
    return new Refusal({ file: name }, message)
  }
  const isEmpty = names.length === 0
  const listed = listNames(names, FOUND_LISTED)
  const message = ending === undefined
    ? importError(isEmpty ? 'empty_bundle' : 'no_bundle', { found: listed })
    : importError(isEmpty ? 'empty_archive' : 'no_such_files', { ending, found: listed })
  return new Refusal({ file: name }, message)
}

async function beginsWithBrace (file: SourceFile): Promise<boolean> {
  for await (const chunk of file.read()) {
    const text = chunk.subarray(0, 1024).toString('latin1').replace(/^\xef\xbb\xbf/, '').trimStart()
    if (text !== '') return text.startsWith('{')
  }
  return false
}
