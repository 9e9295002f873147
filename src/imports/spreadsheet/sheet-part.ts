// The cells of a worksheet (ECMA-376, part 1, 18.3.1), row by row. Nothing but the current row is held.
import { shorten } from '../../short-text.ts'
import { columnLetters, columnOfLetters } from '../column-letters.ts'
import { importError, type ImportErrorText } from '../error-messages.ts'
import { Refusal } from '../problems.ts'
import type { ByteBudget, SourceFile } from '../sources/source-files.ts'
import { isoDateText, numberText, unescapedText } from './cell-text.ts'
import { GENERAL, type NumberFormat } from './number-formats.ts'
import { CELL_TEXT_MAX, textCollector, tooLongText, type SharedTexts } from './shared-texts.ts'
import type { MergedCells, Sheet, SheetFindings, SheetReading, SheetRowVisitor } from './sheet.ts'
import { isTrue, readXml, type XmlAttributes } from './xml-part.ts'

/** What the sheets of a workbook share. */
export interface WorkbookValues {
  /** The workbook, as errors name it. */
  file: string
  formats: readonly NumberFormat[]
  isFrom1904: boolean
  texts: () => Promise<SharedTexts | undefined>
  budget: ByteBudget
}

/** The size of a worksheet. */
const ROWS_MAX = 1_048_576
const COLUMNS_MAX = 16_384
/** Most characters of the texts of one row. */
const ROW_TEXT_MAX = 4 * 1024 * 1024
/** Most merged cells that are kept. */
const MERGED_MAX = 20_000

/** The sheet that is in this part. */
export function sheetOf (part: SourceFile, name: string, values: WorkbookValues): Sheet {
  return {
    name,
    async read (visit, options = {}) {
      const texts = options.isOutline === true ? undefined : await values.texts()
      const reader = new SheetReader(visit, { values, texts, ...options })
      const { isAgain = false, onBlock } = options
      await readXml(part, reader, { file: values.file, isAgain, onBlock })
      return reader.findings
    },
    async merged ({ lastRow }) {
      const found: MergedCells[] = []
      await readXml(part, {
        open (element, { ref = '' }) {
          if (element !== 'mergeCell' || found.length === MERGED_MAX) return
          const cells = mergedCells(ref)
          if (cells !== undefined && cells.top <= lastRow) found.push(cells)
        },
        close: (element) => element === 'mergeCells',
      }, { file: values.file, isAgain: true })
      return found
    },
  }
}

type SheetReaderOptions = SheetReading & { values: WorkbookValues, texts: SharedTexts | undefined }

/** Visits the elements of a worksheet. */
class SheetReader {
  readonly findings: SheetFindings = {
    formulasWithoutValue: { count: 0, first: '' },
    hidden: { count: 0, first: '' },
  }

  readonly #visit: SheetRowVisitor
  readonly #values: WorkbookValues
  readonly #texts: SharedTexts | undefined
  readonly #isTextOnly: boolean
  readonly #isOutline: boolean
  readonly #isAgain: boolean
  readonly #inline: ReturnType<typeof textCollector>
  readonly #hiddenColumns: Array<{ from: number, to: number }> = []
  #isInData = false
  #row = 0
  #isRowHidden = false
  #cells: string[] = []
  #rowText = 0
  #column = 0
  #type = ''
  #style = 0
  #value = ''
  #hasFormula = false
  #isInValue = false
  #isInline = false

  constructor (visit: SheetRowVisitor, options: SheetReaderOptions) {
    const { values, texts, isTextOnly, isOutline, isAgain } = options
    this.#visit = visit
    this.#values = values
    this.#texts = texts
    this.#isTextOnly = isTextOnly === true
    this.#isOutline = isOutline === true
    this.#isAgain = isAgain === true
    this.#inline = textCollector(values.file)
  }

  open (name: string, attributes: XmlAttributes): void {
    if (!this.#isInData) {
      if (name === 'sheetData') this.#isInData = true
      else if (name === 'col' && isTrue(attributes['hidden'])) this.#hideColumns(attributes)
    } else if (name === 'c') this.#beginCell(attributes)
    else if (name === 'v') this.#isInValue = true
    else if (name === 'row') this.#beginRow(attributes)
    else if (name === 'f') this.#hasFormula = true
    else if (name === 'is') this.#isInline = true
    else if (this.#isInline) this.#inline.open(name)
  }

  text (piece: string): void {
    if (this.#isInValue) {
      this.#value += piece
      if (this.#value.length > CELL_TEXT_MAX) throw tooLongText(this.#values.file)
    } else if (this.#isInline) this.#inline.text(piece)
  }

  close (name: string): boolean | undefined {
    if (!this.#isInData) return undefined
    if (name === 'v') this.#isInValue = false
    else if (name === 'c') this.#endCell()
    else if (name === 'row') this.#endRow()
    else if (name === 'is') this.#isInline = false
    else if (name === 'sheetData') return true
    else if (this.#isInline) this.#inline.close(name)
    return undefined
  }

  #hideColumns ({ min, max }: XmlAttributes): void {
    if (this.#hiddenColumns.length < COLUMNS_MAX) {
      this.#hiddenColumns.push({ from: Number(min), to: Number(max) })
    }
  }

  #beginRow ({ r, hidden }: XmlAttributes): void {
    const row = r === undefined ? this.#row + 1 : Number(r)
    if (!Number.isInteger(row) || row < 1 || row > ROWS_MAX) {
      throw this.#damaged(`has a row with the number ${shorten(r ?? String(row), 20)}`)
    }
    if (row <= this.#row) throw this.#damaged(`has row ${row} after row ${this.#row}`)
    this.#row = row
    this.#isRowHidden = isTrue(hidden)
    this.#cells = []
    this.#rowText = 0
    this.#column = 0
  }

  #beginCell ({ r, t = 'n', s = '0' }: XmlAttributes): void {
    const column = r === undefined ? this.#column + 1 : this.#columnOf(r)
    if (column > COLUMNS_MAX) throw this.#damaged(`has more than ${COLUMNS_MAX} columns`)
    this.#column = column
    this.#type = t
    this.#style = Number(s)
    this.#value = ''
    this.#hasFormula = false
  }

  #columnOf (reference: string): number {
    const place = placeOf(reference)
    if (place?.row === this.#row) return place.column
    throw this.#damaged(`has a cell "${shorten(reference, 20)}" in row ${this.#row}`)
  }

  #endCell (): void {
    const text = this.#cellText()
    if (text === '') {
      if (!this.#hasFormula || this.#type === 'str') return
      note(this.findings.formulasWithoutValue, this.#place())
      return
    }
    if (this.#isTextOnly && !['s', 'str', 'inlineStr'].includes(this.#type)) return
    const at = this.#column - 1
    const cells = this.#cells
    if (at < cells.length && cells[at] !== '') throw this.#damaged(`has the cell ${this.#place()} twice`)
    while (cells.length < at) cells.push('')
    cells[at] = text
    this.#rowText += text.length
    if (this.#rowText > ROW_TEXT_MAX) {
      throw this.#refusal(importError('long_row', { most: ROW_TEXT_MAX }))
    }
    if (this.#isRowHidden || this.#hiddenColumns.some(({ from, to }) => at >= from - 1 && at < to)) {
      note(this.findings.hidden, this.#place())
    }
  }

  #cellText (): string {
    switch (this.#type) {
      case 's': return this.#sharedText()
      case 'inlineStr': return withoutFormula(this.#inline.take())
      case 'b': return isTrue(this.#value.trim()) ? 'TRUE' : this.#value === '' ? '' : 'FALSE'
      case 'd': return isoDateText(this.#value)
      case 'n': return this.#value === ''
        ? ''
        : numberText(this.#value, this.#values.formats[this.#style] ?? GENERAL, this.#values)
      // Errors (#N/A), and what formulas give as text.
      default: {
        const text = unescapedText(this.#value)
        if (text.includes('\0')) throw this.#refusal(importError('nul'))
        return text
      }
    }
  }

  #sharedText (): string {
    if (this.#value === '' || this.#isOutline) return this.#value
    const text = this.#texts?.text(Number(this.#value))
    if (text === undefined) throw this.#damaged(`refers in ${this.#place()} to a text that does not exist`)
    return withoutFormula(text)
  }

  #endRow (): void {
    const cells = this.#cells
    // As many bytes as a text table would have: a text may be in many cells, and one cell may be far right.
    if (!this.#isAgain) this.#values.budget.spend(this.#values.file, cells.length + this.#rowText)
    if (cells.length > 0) this.#visit(cells, this.#row)
    this.#cells = []
  }

  #place (): string { return `${columnLetters(this.#column)}${this.#row}` }

  #damaged (what: string): Refusal {
    return this.#refusal(importError('damaged_workbook', { what: `it ${what}` }))
  }

  #refusal (message: ImportErrorText): Refusal {
    return new Refusal({ file: this.#values.file, line: this.#row === 0 ? null : this.#row }, message)
  }
}

function note (finding: { count: number, first: string }, place: string): void {
  if (finding.count++ === 0) finding.first = place
}

/** `="0042"`, typed as a text. */
function withoutFormula (text: string): string {
  return text.startsWith('="') ? /^="([^"]*)"$/.exec(text)?.[1] ?? text : text
}

const REFERENCE = /^\$?([A-Za-z]{1,3})\$?(\d{1,7})$/

/** Row and column, from 1, of a reference such as `AB12`. */
function placeOf (reference: string): { row: number, column: number } | undefined {
  const [, letters, row] = REFERENCE.exec(reference) ?? []
  if (letters === undefined) return undefined
  return { row: Number(row), column: columnOfLetters(letters) }
}

function mergedCells (reference: string): MergedCells | undefined {
  const [first = '', last = first] = reference.split(':')
  const [from, to] = [placeOf(first), placeOf(last)]
  if (from === undefined || to === undefined) return undefined
  return { top: from.row, bottom: to.row, left: from.column, right: to.column }
}
