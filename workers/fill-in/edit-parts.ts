// Small parts of a workbook, changed so that a spreadsheet program computes all formulas when it opens the
// file. All other characters stay as they are.
import sax from 'sax'
import { fillInFailure } from './fill-in-failure.ts'

/** Most bytes of such a part. Large workbooks have some hundred kilobytes. */
const PART_MAX = 16 * 1024 ** 2

interface Element {
  /** Without its prefix. */
  name: string
  prefix: string
  attributes: Readonly<Record<string, string>>
  depth: number
  /** Its start tag, and all of it, as places in the text. */
  start: number
  tagEnd: number
  end: number
}

/** The text of a small part. Throws FILL_IN_FAILED if it is large or not in UTF-8. */
export async function partText (chunks: AsyncIterable<Buffer>): Promise<string> {
  const pieces: Buffer[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > PART_MAX) throw fillInFailure('The workbook has a part that is too large.')
    pieces.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(pieces))
  } catch {
    throw fillInFailure('The workbook has a part that is not in UTF-8. Save it again in Excel.')
  }
}

/** The workbook part with `fullCalcOnLoad` (18.2.2). */
export function calculatedOnLoad (xml: string): string {
  const elements = elementsOf(xml)
  const old = elements.find(({ name, depth }) => name === 'calcPr' && depth === 1)
  if (old !== undefined) {
    const tag = xml.slice(old.start, old.tagEnd)
    const bare = tag.replace(/\sfullCalcOnLoad\s*=\s*(?:"[^"]*"|'[^']*')/, '')
    const marked = bare.replace(/\/?>$/, (end) => ` fullCalcOnLoad="1"${end}`)
    return xml.slice(0, old.start) + marked + xml.slice(old.tagEnd)
  }
  // In the order of the schema it comes after these.
  const before = ['sheets', 'functionGroups', 'externalReferences', 'definedNames']
  const last = elements.filter(({ name, depth }) => depth === 1 && before.includes(name)).at(-1)
  if (last === undefined) throw fillInFailure('The workbook has no sheets.')
  return `${xml.slice(0, last.end)}<${last.prefix}calcPr fullCalcOnLoad="1"/>${xml.slice(last.end)}`
}

/** `[Content_Types].xml` without a part; `path` begins with a slash. */
export function withoutContentType (xml: string, path: string): string {
  return without(xml, ({ name, attributes }) =>
    name === 'Override' && attributes['PartName']?.toLowerCase() === path.toLowerCase())
}

/** Relations without those of a type. `type`: its last part. */
export function withoutRelation (xml: string, type: string): string {
  return without(xml, ({ name, attributes }) =>
    name === 'Relationship' && attributes['Type']?.endsWith(`/${type}`) === true)
}

function without (xml: string, isUnwanted: (element: Element) => boolean): string {
  let text = ''
  let from = 0
  for (const element of elementsOf(xml)) {
    if (!isUnwanted(element)) continue
    text += xml.slice(from, element.start)
    from = element.end
  }
  return text + xml.slice(from)
}

function elementsOf (xml: string): Element[] {
  const parser = sax.parser(true, { position: true, strictEntities: true } as sax.SAXOptions)
  const elements: Element[] = []
  const open: Element[] = []
  parser.onerror = (error) => { throw error }
  parser.onopentag = ({ name, attributes }) => {
    const colon = name.indexOf(':')
    const element: Element = {
      name: name.slice(colon + 1),
      prefix: name.slice(0, colon + 1),
      attributes: attributes as Record<string, string>,
      depth: open.length,
      start: parser.startTagPosition - 1,
      tagEnd: parser.position,
      end: parser.position,
    }
    open.push(element)
    elements.push(element)
  }
  parser.onclosetag = () => {
    const element = open.pop()
    if (element !== undefined) element.end = parser.position
  }
  parser.write(xml).close()
  return elements
}
