// Every look of the workbook. Each is made once: Excel breaks beyond 65,490 formats, and a file with a few
// formats opens fast.
import type { Style, Workbook } from 'xlsx-populate'

const PERCENT = '0%'
const FINE_PERCENT = '0.0%'
const DATE = 'yyyy-mm-dd'
const DATE_TIME = 'yyyy-mm-dd hh:mm'
/** Text that is typed into such a cell stays text, so that ids keep their zeros. */
const TEXT = '@'

const BLACK = 'FF000000'
/** Has a contrast of 4.5 on white. */
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
  /** Read from the bottom to the top. */
  up?: boolean
  line?: boolean
}

/** Bits of a score's look, added up to an index. */
export const LATE_LOOK = 1
export const PROVISIONAL_LOOK = 2
export const DROPPED_LOOK = 4

export interface WorkbookStyles {
  plain: Style
  label: Style
  title: Style
  heading: Style
  taskHeading: Style
  rotatedHeading: Style
  summaryValue: Style
  summaryDateTime: Style
  summarySum: Style
  summaryPercent: Style
  input: Style
  categoryNumber: Style
  centered: Style
  due: Style
  weight: Style
  average: Style
  droppedAverage: Style
  text: Style
  droppedText: Style
  /** By the sum of the look's bits: a score in percent, and one in points. */
  scores: [Style, ...Style[]]
  points: [Style, ...Style[]]
  /** The same looks, for the legend. */
  samples: Record<'plain' | 'late' | 'provisional' | 'lateAndProvisional' | 'dropped', Style>
}

/** Adds the styles to a workbook. All of them must exist before the first call of `id()`. */
export function createStyles (workbook: Workbook): WorkbookStyles {
  const make = (look: Look): Style => createStyle(workbook, look)
  const marked = (bits: number, look: Look): Style =>
    make({
      italic: (bits & LATE_LOOK) !== 0,
      underline: (bits & PROVISIONAL_LOOK) !== 0,
      color: (bits & DROPPED_LOOK) !== 0 ? GRAY : BLACK,
      ...look,
    })
  const allMarked = (look: Look): [Style, ...Style[]] =>
    [marked(0, look), ...[1, 2, 3, 4, 5, 6, 7].map((bits) => marked(bits, look))]
  return {
    plain: make({}),
    label: make({ bold: true }),
    title: make({ bold: true, size: 14, align: 'left', format: TEXT }),
    heading: make({ bold: true, fill: HEADING_FILL, line: true }),
    taskHeading: make({ bold: true, fill: HEADING_FILL, line: true, align: 'center', wrap: true }),
    rotatedHeading: make({
      bold: true,
      fill: HEADING_FILL,
      line: true,
      align: 'center',
      wrap: true,
      up: true,
    }),
    summaryValue: make({ align: 'left' }),
    summaryDateTime: make({ align: 'left', format: DATE_TIME }),
    summarySum: make({ align: 'center', format: '0.000' }),
    summaryPercent: make({ align: 'left', format: FINE_PERCENT }),
    input: make({ align: 'left', format: FINE_PERCENT, fill: INPUT_FILL, line: true }),
    categoryNumber: make({ size: 8, color: GRAY, align: 'center' }),
    centered: make({ align: 'center' }),
    due: make({ align: 'center', format: DATE }),
    weight: make({ align: 'center', format: FINE_PERCENT }),
    average: make({ align: 'center', format: FINE_PERCENT }),
    droppedAverage: make({ align: 'center', format: FINE_PERCENT, color: GRAY }),
    text: make({ format: TEXT, shrink: true }),
    droppedText: make({ format: TEXT, color: GRAY, shrink: true }),
    scores: allMarked({ align: 'center', format: PERCENT }),
    points: allMarked({ align: 'center' }),
    samples: {
      plain: marked(0, { align: 'left' }),
      late: marked(LATE_LOOK, { align: 'left' }),
      provisional: marked(PROVISIONAL_LOOK, { align: 'left' }),
      lateAndProvisional: marked(LATE_LOOK | PROVISIONAL_LOOK, { align: 'left' }),
      dropped: marked(DROPPED_LOOK, { align: 'left' }),
    },
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
    fontColor: look.color ?? BLACK,
    fontFamily: 'Calibri',
    fill: look.fill === undefined
      ? { type: 'pattern', pattern: 'none' }
      : { type: 'solid', color: look.fill },
    ...(look.line === true ? { bottomBorder: 'thin' } : {}),
    ...(look.format === undefined ? {} : { numberFormat: look.format }),
    ...(look.align === undefined ? {} : { horizontalAlignment: look.align }),
    ...(look.wrap === true ? { wrapText: true, verticalAlignment: 'center' } : {}),
    ...(look.shrink === true ? { shrinkToFit: true } : {}),
    ...(look.up === true ? { textRotation: 90, verticalAlignment: 'bottom' } : {}),
  }
  for (const [name, value] of Object.entries(settings)) style.style(name, value)
  return style
}
