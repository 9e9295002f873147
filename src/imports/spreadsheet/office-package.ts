// What is in a zip archive that an office program has written, and the parts of a workbook by their relations
// (ECMA-376, part 2).
import { posix } from 'node:path'
import { Refusal } from '../problems.ts'
import type { SourceFile } from '../sources/source-files.ts'
import { isTrue, prefixedAttribute, readXml } from './xml-part.ts'
import { importError, type ImportErrorName } from '../error-messages.ts'

/** The files of an archive. */
export interface OfficePackage {
  /** As errors name it. */
  name: string
  /** Paths, with slashes. */
  paths: readonly string[]
  /** A file by its path, in any case. Throws Refusal if it cannot be read. */
  part: (path: string) => SourceFile | undefined
}

interface Relation {
  id: string
  /** The last part of its type: `worksheet`. */
  type: string
  path: string
}

/** Other documents, by a file that only they have. */
const OTHERS: ReadonlyArray<[file: RegExp, what: ImportErrorName]> = [
  [/^xl\/workbook\.bin$/, 'binary_workbook'],
  [/^word\/document\.xml$/, 'word'],
  [/^ppt\/presentation\.xml$/, 'slides'],
  [/\.iwa$/, 'numbers'],
  [/^content\.xml$/, 'open_document'],
]

const CONTENT_TYPES = '[content_types].xml'

/** Whether an archive is an office document. */
export function isOfficePackage (paths: readonly string[]): boolean {
  const lower = paths.map((path) => path.toLowerCase())
  return lower.includes(CONTENT_TYPES) ||
    (lower.includes('mimetype') && lower.includes('content.xml')) ||
    lower.some((path) => path.endsWith('.iwa'))
}

/** Throws Refusal if a document is not a workbook that can be read. */
export function assertWorkbook ({ name, paths }: OfficePackage): void {
  const lower = paths.map((path) => path.toLowerCase())
  const other = OTHERS.find(([file]) => lower.some((path) => file.test(path)))
  if (other !== undefined) throw new Refusal({ file: name }, importError(other[1]))
}

/** The path of the workbook itself; undefined if there is none. Throws Refusal. */
export async function workbookPath (office: OfficePackage): Promise<string | undefined> {
  const relations = await relationsOf('', office)
  return relations.find(({ type }) => type === 'officeDocument')?.path
}

/** The relations of a part, or of the whole package with an empty path. Throws Refusal. */
export async function relationsOf (path: string, office: OfficePackage): Promise<Relation[]> {
  const folder = posix.dirname(path)
  const part = office.part(posix.join(folder, '_rels', `${posix.basename(path)}.rels`))
  const relations: Relation[] = []
  if (part === undefined) return relations
  await readXml(part, {
    open (name, attributes) {
      const { Id: id = '', Type: type = '', Target: target = '', TargetMode: mode } = attributes
      if (name !== 'Relationship' || mode === 'External' || relations.length === RELATIONS_MAX) return
      const to = target.startsWith('/') ? target.slice(1) : posix.join(folder, target)
      relations.push({ id, type: type.slice(type.lastIndexOf('/') + 1), path: to })
    },
  }, { file: office.name })
  return relations
}

/** More than the most files of an archive. */
const RELATIONS_MAX = 10_000

export interface ListedSheet {
  name: string
  isHidden: boolean
  /** Its relation. */
  id: string
}

/** What the part of the workbook itself says. Throws Refusal. */
export async function readWorkbookPart (
  part: SourceFile, file: string
): Promise<{ sheets: ListedSheet[], isFrom1904: boolean }> {
  const sheets: ListedSheet[] = []
  let isFrom1904 = false
  await readXml(part, {
    open (name, attributes) {
      if (name === 'workbookPr') isFrom1904 = isTrue(attributes['date1904'])
      if (name !== 'sheet' || sheets.length === RELATIONS_MAX) return
      sheets.push({
        name: attributes['name'] ?? '',
        isHidden: ['hidden', 'veryHidden'].includes(attributes['state'] ?? ''),
        id: prefixedAttribute(attributes, 'id') ?? '',
      })
    },
  }, { file })
  return { sheets, isFrom1904 }
}
