// Every look of the workbook. Each is made once: Excel breaks beyond 65,490 formats, and a file with a few
// formats opens fast.
import type { Style, Workbook } from 'xlsx-populate'
import { LOW_FILL, MISSING_FILL } from './highlighting.ts'
import type { WorkbookOptions } from './workbook-request.ts'

const PERCENT = '0%'
const FINE_PERCENT = '0.0%'
/** For limits of grades, of which some have three decimals. */
const GRADE_PERCENT = '0.0##%'
const HUNDREDTHS = '0.00'
const DATE = 'yyyy-mm-dd'
const DATE_TIME = 'yyyy-mm-dd hh:mm'
/** Text that is typed into such a cell stays text, so that ids keep their zeros. */
const TEXT = '@'
const BOX = { left: 'thin', right: 'thin', top: 'thin', bottom: 'thin' }

/** Has a contrast of 4.5 on white. Other text has no color, so that a program in dark mode can choose one. */
const GRAY = 'FF6B6B6B'
const HEADING_FILL = 'FFDCE6F1'
const INPUT_FILL = 'FFFFF2CC'

interface Look {
  bold?: boolean
  italic?: boolean
  underline?: boolean
  size?: number
  color?: string
  fill?: string
  format?: string
  align?: 'left' | 'center' | 'right'
  wrap?: boolean
  /** A text that is longer than its column gets a smaller font. */
  shrink?: boolean
  /** The text runs from bottom to top. */
  up?: boolean
  line?: boolean
  box?: boolean
  /** In steps of about three spaces. */
  indent?: number
}

/** Bits of a score's look, added up to an index. */
export const LATE_LOOK = 1
export const PROVISIONAL_LOOK = 2
export const DROPPED_LOOK = 4
const LOOKS = 8

/** By the sum of the look's bits. */
export type ScoreStyles = [Style, ...Style[]]

/** What the workbook can contain. It has only the styles that it needs, at most sixty. */
export interface StyleNeeds {
  values: WorkbookOptions['values']
  hasDropped: boolean
  /** Missing work counts 0. */
  hasZeroed: boolean
}

export interface WorkbookStyles {
  plain: Style
  /** Beside right-aligned numbers. */
  remark: Style
  note: Style
  label: Style
  title: Style
  heading: Style
  numberHeading: Style
  gradeHeading: Style
  remarkHeading: Style
  rotatedHeading: Style
  summaryValue: Style
  summaryDateTime: Style
  summaryPercent: Style
  input: Style
  gradeInput: Style
  categoryNumber: Style
  /** Right-aligned: a number with at most two decimals, or a text above numbers; one with more decimals. */
  number: Style
  fineNumber: Style
  /** Above the columns; a long one gets a smaller font. */
  categoryName: Style
  due: Style
  average: Style
  droppedAverage: Style
  text: Style
  droppedText: Style
  grade: Style
  droppedGrade: Style
  scores: ScoreStyles
  /** In points: a score with at most two decimals, and one with more. */
  points: ScoreStyles
  finePoints: ScoreStyles
  /** A zero that stands for missing work, in percent and in points. */
  zeroedScores: ScoreStyles
  zeroedPoints: ScoreStyles
  /** What the conditional formats look like, for the legend. */
  missing: Style
  low: Style
}

/** Adds the styles to a workbook. All of them must exist before the first call of `id()`. */
export function createStyles (
  workbook: Workbook,
  { values, hasDropped, hasZeroed }: StyleNeeds
): WorkbookStyles {
  const make = (look: Look): Style => createStyle(workbook, look)
  /** Looks that differ in a bit that is not in `bits` share a style. */
  function marked (look: Look, bits = LATE_LOOK | PROVISIONAL_LOOK | DROPPED_LOOK): ScoreStyles {
    const used = hasDropped ? bits : bits & ~DROPPED_LOOK
    const made = new Map<number, Style>()
    const [first, ...others] = Array.from({ length: LOOKS }, (_, each) => {
      const mark = each & used
      const style = made.get(mark) ?? make({
        italic: (mark & LATE_LOOK) !== 0,
        underline: (mark & PROVISIONAL_LOOK) !== 0,
        ...((mark & DROPPED_LOOK) === 0 ? {} : { color: GRAY }),
        ...look,
      })
      made.set(mark, style)
      return style
    })
    return [first ?? make(look), ...others]
  }
  const isInPoints = values === 'points'
  const right: Look = { align: 'right' }
  const scores = marked({ ...right, format: PERCENT })
  const points = isInPoints ? marked(right) : [make(right)] satisfies ScoreStyles
  const finePoints = isInPoints ? marked({ ...right, format: HUNDREDTHS }) : points
  // Missing work rarely has a provisional score. In points, that look would be one style too many.
  const zeroedBits = isInPoints ? LATE_LOOK | DROPPED_LOOK : undefined
  const zeroed = (look: Look): ScoreStyles => marked({ ...right, box: true, ...look }, zeroedBits)
  const zeroedScores = hasZeroed ? zeroed({ format: PERCENT }) : scores
  return {
    plain: make({}),
    remark: make({ align: 'left', indent: 1 }),
    note: make({ align: 'left', indent: 1, color: GRAY }),
    label: make({ bold: true }),
    title: make({ bold: true, size: 14, align: 'left', format: TEXT }),
    heading: make({ bold: true, fill: HEADING_FILL, line: true, wrap: true }),
    numberHeading: make({ bold: true, fill: HEADING_FILL, line: true, align: 'right', wrap: true }),
    remarkHeading: make({ bold: true, fill: HEADING_FILL, line: true, align: 'left', indent: 1, wrap: true }),
    gradeHeading: make({ bold: true, fill: HEADING_FILL, line: true, align: 'center', wrap: true }),
    rotatedHeading: make({
      bold: true,
      fill: HEADING_FILL,
      line: true,
      align: 'right',
      wrap: true,
      up: true,
    }),
    summaryValue: make({ align: 'left' }),
    summaryDateTime: make({ align: 'left', format: DATE_TIME }),
    summaryPercent: make({ align: 'left', format: FINE_PERCENT }),
    input: make({ align: 'right', format: FINE_PERCENT, fill: INPUT_FILL, line: true }),
    gradeInput: make({ align: 'right', format: GRADE_PERCENT, fill: INPUT_FILL, line: true }),
    categoryNumber: make({ size: 8, color: GRAY, align: 'right' }),
    number: points[0],
    fineNumber: isInPoints ? finePoints[0] : make({ ...right, format: HUNDREDTHS }),
    categoryName: make({ ...right, shrink: true }),
    due: make({ align: 'right', format: DATE }),
    average: make({ align: 'right', format: FINE_PERCENT }),
    droppedAverage: make({ align: 'right', format: FINE_PERCENT, color: GRAY }),
    text: make({ format: TEXT, shrink: true }),
    droppedText: make({ format: TEXT, color: GRAY, shrink: true }),
    // Not with the format of text, in which a formula that a teacher edits would be shown as text.
    grade: make({ align: 'center' }),
    droppedGrade: make({ align: 'center', color: GRAY }),
    scores,
    points,
    finePoints,
    zeroedScores,
    zeroedPoints: hasZeroed && isInPoints ? zeroed({}) : zeroedScores,
    missing: make({ ...right, bold: true, fill: MISSING_FILL }),
    low: make({ ...right, bold: true, fill: LOW_FILL, ...(isInPoints ? {} : { format: PERCENT }) }),
  }
}

// Some readers fail on an empty <fill/> or <font/>, so both are always complete, the font in the schema's
// order.
function createStyle (workbook: Workbook, look: Look): Style {
  const style = workbook.styleSheet().createStyle()
  const settings: Record<string, unknown> = {
    ...(look.bold === true ? { bold: true } : {}),
    ...(look.italic === true ? { italic: true } : {}),
    ...(look.underline === true ? { underline: true } : {}),
    fontSize: look.size ?? 11,
    ...(look.color === undefined ? {} : { fontColor: look.color }),
    fontFamily: 'Calibri',
    fill: look.fill === undefined
      ? { type: 'pattern', pattern: 'none' }
      : { type: 'solid', color: look.fill },
    ...(look.line === true ? { bottomBorder: 'thin' } : {}),
    ...(look.box === true ? { border: BOX } : {}),
    ...(look.format === undefined ? {} : { numberFormat: look.format }),
    ...(look.align === undefined ? {} : { horizontalAlignment: look.align }),
    ...(look.indent === undefined ? {} : { indent: look.indent }),
    // In the middle, because the filter's button covers the lower end of a vertical title.
    ...(look.wrap === true ? { wrapText: true, verticalAlignment: 'center' } : {}),
    ...(look.shrink === true ? { shrinkToFit: true } : {}),
    ...(look.up === true ? { textRotation: 90 } : {}),
  }
  for (const [name, value] of Object.entries(settings)) style.style(name, value)
  return style
}
