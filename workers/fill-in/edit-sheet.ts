// A worksheet (ECMA-376, part 1, 18.3.1) with some cells changed, as a stream: all other characters stay as
// they are. The sheet was read before, so it is known to be well-formed.
import sax from 'sax'
import { columnLetters, columnOfLetters } from '../../src/imports/column-letters.ts'
import { fillInFailure } from './fill-in-failure.ts'
import type { CellValue } from './shown-value.ts'

/** New values by row and column, both from 1. */
export type SheetChanges = ReadonlyMap<number, ReadonlyMap<number, CellValue>>

export interface SheetEdit {
  /** The sheet's bytes with the changes, from its old bytes. */
  edit: (chunks: AsyncIterable<Buffer>) => AsyncGenerator<Buffer, void, void>
  /** Cells that were not changed because they have a formula. Known when the sheet was edited. */
  formulas: Array<{ row: number, column: number }>
}

export function sheetEdit (changes: SheetChanges): SheetEdit {
  const formulas: SheetEdit['formulas'] = []
  return {
    formulas,
    async * edit (chunks) {
      const editor = new SheetEditor(changes, formulas)
      const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      try {
        for await (const chunk of chunks) {
          yield Buffer.from(editor.write(decoder.decode(chunk, { stream: true })))
        }
        yield Buffer.from(editor.write(decoder.decode()) + editor.end())
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'ERR_ENCODING_INVALID_ENCODED_DATA') throw error
        throw fillInFailure('The sheet is not in UTF-8. Open it in Excel and save it again.')
      }
    },
  }
}

/** Most formulas for several cells. */
const ARRAYS_MAX = 10_000

interface OpenCell {
  column: number
  /** The start tag and its place. */
  start: number
  tag: string
  hasFormula: boolean
}

class SheetEditor {
  readonly #changes: SheetChanges
  readonly #formulas: SheetEdit['formulas']
  readonly #parser: sax.SAXParser
  /** Text that is not written yet, and the place of its first character. */
  #text = ''
  #from = 0
  #out = ''
  /** Elements that are open, without their prefixes. */
  readonly #path: string[] = []
  #isDone = false
  #row = 0
  #column = 0
  #columns: Array<{ from: number, to: number, style: string }> = []
  #rowStyle = ''
  #pending: Array<[column: number, value: CellValue]> = []
  #cell: OpenCell | undefined
  /** Cells with one formula for all of them, as far as they were met: the first cell has it. */
  readonly #arrays: Array<{ left: number, right: number, bottom: number }> = []

  constructor (changes: SheetChanges, formulas: SheetEdit['formulas']) {
    this.#changes = changes
    this.#formulas = formulas
    // Places in the text are what this is about.
    this.#parser = sax.parser(true, { position: true, strictEntities: true } as sax.SAXOptions)
    this.#parser.onerror = (error) => { throw error }
    this.#parser.onopentag = ({ name, attributes }) => {
      this.#open(name, attributes as Record<string, string>)
    }
    this.#parser.onclosetag = (name) => { this.#close(name) }
  }

  /** Takes the next text of the sheet. Returns what can be written. */
  write (text: string): string {
    if (this.#isDone) return text
    this.#text += text
    this.#parser.write(text)
    const isDone = this.#isDone as boolean
    if (isDone) this.#copyTo(this.#from + this.#text.length)
    // A tag that has begun, or a cell that may be replaced, is kept for later.
    else if (this.#cell === undefined) this.#copyTo(this.#from + Math.max(0, this.#text.lastIndexOf('<')))
    const out = this.#out
    this.#out = ''
    return out
  }

  end (): string { return this.#text }

  #copyTo (place: number): void {
    this.#out += this.#text.slice(0, place - this.#from)
    this.#skipTo(place)
  }

  #skipTo (place: number): void {
    this.#text = this.#text.slice(place - this.#from)
    this.#from = place
  }

  /** The place of the `<` of the current tag. */
  get #tagStart (): number { return this.#parser.startTagPosition - 1 }

  #open (name: string, attributes: Record<string, string>): void {
    const local = name.slice(name.indexOf(':') + 1)
    const parent = this.#path.at(-1)
    this.#path.push(local)
    if (this.#isDone) return
    if (local === 'col' && parent === 'cols') {
      const { min, max, style } = attributes
      if (style !== undefined) this.#columns.push({ from: Number(min), to: Number(max), style })
    } else if (local === 'row' && parent === 'sheetData') this.#openRow(attributes)
    else if (local === 'c' && parent === 'row') this.#openCell(attributes)
    else if (local === 'f' && parent === 'c') this.#openFormula(attributes)
  }

  #close (name: string): void {
    const local = this.#path.pop()
    if (this.#isDone) return
    if (local === 'c' && this.#path.at(-1) === 'row') this.#closeCell(prefixOf(name))
    else if (local === 'row' && this.#path.at(-1) === 'sheetData') this.#closeRow(prefixOf(name))
    else if (local === 'sheetData') this.#isDone = true
  }

  #openRow ({ r, spans, s, customFormat }: Record<string, string>): void {
    this.#row = r === undefined ? this.#row + 1 : Number(r)
    this.#column = 0
    this.#rowStyle = s !== undefined && (customFormat === '1' || customFormat === 'true') ? s : ''
    this.#pending = [...this.#changes.get(this.#row) ?? []].sort(([a], [b]) => a - b)
    const last = this.#pending.at(-1)?.[0]
    const [, first = '', end = ''] = /^(\d+):(\d+)$/.exec(spans ?? '') ?? []
    if (last === undefined || first === '' || last <= Number(end)) return
    const tag = this.#text.slice(this.#tagStart - this.#from, this.#parser.position - this.#from)
    this.#copyTo(this.#tagStart)
    this.#out += tag.replace(/(\sspans\s*=\s*["'])\d+:\d+/, `$1${first}:${last}`)
    this.#skipTo(this.#parser.position)
  }

  #openCell ({ r }: Record<string, string>): void {
    this.#column = r === undefined ? this.#column + 1 : columnOfLetters(r.replace(/[^A-Za-z]/g, ''))
    const tag = this.#text.slice(this.#tagStart - this.#from, this.#parser.position - this.#from)
    this.#insertBefore(this.#column, this.#tagStart, /^<([^\s:>/]+:)?/.exec(tag)?.[1] ?? '')
    if (this.#pending[0]?.[0] !== this.#column) return
    this.#cell = { column: this.#column, start: this.#tagStart, tag, hasFormula: false }
  }

  #openFormula ({ t, ref }: Record<string, string>): void {
    if (this.#cell !== undefined) this.#cell.hasFormula = true
    // One formula for several cells: the others have only their values (18.3.1.40).
    if (t !== 'array' && t !== 'dataTable') return
    const area = areaOf(ref ?? '')
    if (area !== undefined && this.#arrays.length < ARRAYS_MAX) this.#arrays.push(area)
  }

  #isInArray (column: number): boolean {
    return this.#arrays.some(({ left, right, bottom }) =>
      column >= left && column <= right && this.#row <= bottom)
  }

  #closeCell (prefix: string): void {
    const cell = this.#cell
    if (cell === undefined) return
    this.#cell = undefined
    const [, value] = this.#pending.shift() ?? []
    if (cell.hasFormula || value === undefined || this.#isInArray(cell.column)) {
      this.#formulas.push({ row: this.#row, column: cell.column })
      return
    }
    this.#copyTo(cell.start)
    const begin = cell.tag.replace(/\/?>$/, '').trimEnd()
      .replace(/\s(?:t|vm)\s*=\s*(?:"[^"]*"|'[^']*')/g, '')
    this.#out += cellXml(begin, value, prefix)
    this.#skipTo(this.#parser.position)
  }

  #closeRow (prefix: string): void {
    if (this.#pending.length > 0) this.#insertBefore(Infinity, this.#tagStart, prefix)
  }

  /** Writes cells that the row does not have and that come before a column. */
  #insertBefore (column: number, place: number, prefix: string): void {
    for (let next = this.#pending[0]; next !== undefined && next[0] < column; next = this.#pending[0]) {
      this.#pending.shift()
      const [at, value] = next
      if (this.#isInArray(at)) {
        this.#formulas.push({ row: this.#row, column: at })
        continue
      }
      const style = this.#rowStyle !== ''
        ? this.#rowStyle
        : this.#columns.find(({ from, to }) => at >= from && at <= to)?.style ?? ''
      this.#copyTo(place)
      const attributes = `r="${columnLetters(at)}${this.#row}"${style === '' ? '' : ` s="${Number(style)}"`}`
      this.#out += cellXml(`<${prefix}c ${attributes}`, value, prefix)
    }
  }
}

/** A range such as `C4:C6`. */
function areaOf (reference: string): { left: number, right: number, bottom: number } | undefined {
  const [, left, top, right = left, bottom = top] =
    /^\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?$/i.exec(reference) ?? []
  if (left === undefined || right === undefined) return undefined
  return { left: columnOfLetters(left), right: columnOfLetters(right), bottom: Number(bottom) }
}

/** A cell with a value, from its start tag without its end and without a type. */
function cellXml (begin: string, { kind, text }: CellValue, prefix: string): string {
  const content = kind === 'number'
    ? `><${prefix}v>${text}</${prefix}v>`
    : ` t="inlineStr"><${prefix}is><${prefix}t xml:space="preserve">${escaped(text)}</${prefix}t>` +
      `</${prefix}is>`
  return `${begin}${content}</${prefix}c>`
}

function escaped (text: string): string {
  // What XML 1.0 does not allow cannot be written at all.
  // eslint-disable-next-line no-control-regex
  const allowed = text.toWellFormed().replace(/[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]/g, '\u{fffd}')
  return allowed.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function prefixOf (name: string): string { return name.slice(0, name.indexOf(':') + 1) }
