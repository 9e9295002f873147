// Conditional formats of task cells: missing work, and scores below the limit that Summary holds.
import { escapeXml } from './excel-text.ts'
import { columnName, FIRST_STUDENT_ROW, type SheetColumns } from './sheet-plan.ts'

/**
 * The defined name of the cell with the limit. The plain element for conditional formats must not refer to
 * another worksheet in Excel 2007, but it may use a name.
 */
export const HIGHLIGHT_BELOW = 'HighlightBelow'
/** Fills, as ARGB. Both come with bold type, because color alone must not carry a meaning. */
export const MISSING_FILL = 'FFF8CBCB'
export const LOW_FILL = 'FFFCE4D0'

/** The formats that the rules use, as the content of `<dxfs>`: missing work, then a low score. */
export const HIGHLIGHT_FORMATS = [MISSING_FILL, LOW_FILL].map((color) =>
  `<dxf><font><b/></font><fill><patternFill patternType="solid"><fgColor rgb="${color}"/>` +
  `<bgColor rgb="${color}"/></patternFill></fill></dxf>`
)

interface Words {
  /** As the worksheet has them. */
  active: string
  missing: string
}

/** The formulas of the rules, for the cell of the first student and task. */
function highlightFormulas (
  columns: SheetColumns,
  values: 'percent' | 'points',
  { active, missing }: Words
): { missing: string, low: string } {
  const column = columnName(columns.firstTask)
  const cell = `${column}${FIRST_STUDENT_ROW}`
  const isOn = `${HIGHLIGHT_BELOW}>0,$${columnName(columns.status)}${FIRST_STUDENT_ROW}="${active}"`
  // A task without points possible stays in percent: it is divided by 1.
  const score = values === 'points' ? `${cell}/(${column}$4+(${column}$4=0))` : cell
  return {
    missing: `AND(${isOn},${cell}="${missing}")`,
    low: `IF(ISNUMBER(${cell}),AND(${isOn},${score}<${HIGHLIGHT_BELOW}),FALSE)`,
  }
}

/** The element of a student sheet; empty without tasks. */
export function conditionalFormatting (
  columns: SheetColumns,
  lastRow: number,
  values: 'percent' | 'points',
  words: Words
): string {
  if (columns.tasks === 0) return ''
  const cells = `${columnName(columns.firstTask)}${FIRST_STUDENT_ROW}:${columnName(columns.last)}${lastRow}`
  const { missing, low } = highlightFormulas(columns, values, words)
  const rules = [missing, low].map((formula, i) =>
    `<cfRule type="expression" dxfId="${i}" priority="${i + 1}">` +
    `<formula>${escapeXml(formula)}</formula></cfRule>`
  )
  return `<conditionalFormatting sqref="${cells}">${rules.join('')}</conditionalFormatting>`
}
