// The formulas to the letter: exactly these were tried in LibreOffice and Gnumeric, and checked for Excel.
import t from 'tap'
import { sheetFormulas } from '../../../workers/workbook/formulas.ts'
import type { SheetColumns } from '../../../workers/workbook/sheet-plan.ts'
import { overSheet } from '../../../workers/workbook/summary-formulas.ts'

/** F is Status, G Course average, H:K four categories, L:GY the tasks. */
const COLUMNS: SheetColumns = {
  period: 5,
  status: 6,
  courseAverage: 7,
  grade: undefined,
  categories: [0, 1, 2, 3].map((index) => ({ index, id: index, sourceId: '', name: '', weight: 0.25 })),
  firstCategory: 8,
  firstTask: 12,
  tasks: 196,
  last: 207,
}
const [COURSE, CATEGORY, TASK] = [7, 8, 12]
const ANY_NUMBER = '">=-1E+300"'
const PERCENT = { values: 'percent', active: 'Active', scale: undefined } as const
const POINTS = { values: 'points', active: 'Active', scale: undefined } as const

t.test('in percent', async (t) => {
  const { categoryAverage, courseAverage, overStudents } = sheetFormulas(COLUMNS, 100, PERCENT)
  t.equal(categoryAverage(CATEGORY, '9'), 'IFERROR(AVERAGEIF($L$1:$GY$1,H$1,$L9:$GY9),"")')
  const weights = `SUMIF($H9:$K9,${ANY_NUMBER},$H$4:$K$4)`
  t.equal(courseAverage!('9'), `IF(${weights}=0,"",SUMPRODUCT($H9:$K9,$H$4:$K$4)/${weights})`)
  const guarded = (column: string, call: string): string =>
    `IF(COUNTIFS($F$9:$F$100,"Active",${column}$9:${column}$100,${ANY_NUMBER})=0,"",${call})`
  const columns = [['G', COURSE, false], ['H', CATEGORY, false], ['L', TASK, true]] as const
  for (const [column, number, isTask] of columns) {
    const cells = `(${column}$9:${column}$100,$F$9:$F$100,"Active")`
    t.equal(overStudents('average', number, { isTask }), guarded(column, `AVERAGEIFS${cells}`))
    t.equal(overStudents('lowest', number, { isTask }), guarded(column, `_xlfn.MINIFS${cells}`))
    t.equal(overStudents('highest', number, { isTask }), guarded(column, `_xlfn.MAXIFS${cells}`))
  }
})

t.test('in points', async (t) => {
  const { categoryAverage, courseAverage, overStudents } = sheetFormulas(COLUMNS, 100, POINTS)
  const sum = 'SUMPRODUCT(--($L$1:$GY$1=H$1),$L9:$GY9,1/($L$4:$GY$4+($L$4:$GY$4=0)))'
  const count = `COUNTIFS($L$1:$GY$1,H$1,$L9:$GY9,${ANY_NUMBER})`
  t.equal(categoryAverage(CATEGORY, '9'), `IFERROR(${sum}/${count},"")`)
  const percent = sheetFormulas(COLUMNS, 100, PERCENT)
  t.equal(courseAverage!('9'), percent.courseAverage!('9'))
  for (const which of ['average', 'lowest', 'highest'] as const) {
    const inPercent = percent.overStudents(which, CATEGORY, { isTask: false })
    t.equal(overStudents(which, CATEGORY, { isTask: false }), inPercent)
    // A task without points possible stays in percent: it is divided by 1.
    const inPoints = percent.overStudents(which, TASK, { isTask: true }).replace(/\)$/, '/(L$4+(L$4=0)))')
    t.equal(overStudents(which, TASK, { isTask: true }), inPoints)
  }
})

t.test('without categories there is no course average', async (t) => {
  const columns = { ...COLUMNS, categories: [], firstTask: 8, last: 203 }
  t.equal(sheetFormulas(columns, 100, PERCENT).courseAverage, undefined)
})

t.test('the grade of an average', async (t) => {
  const scale = { grades: 'Summary!$A$30:$A$42', limits: 'Summary!$B$30:$B$42' }
  const { grade } = sheetFormulas(COLUMNS, 100, { ...PERCENT, scale })
  const place = `MIN(ROWS(${scale.grades}),1+SUMPRODUCT(--(${scale.limits}>ROUND(G9,10))))`
  t.equal(grade!('9'), `IF(G9="","",INDEX(${scale.grades},${place}))`)
  t.equal(sheetFormulas(COLUMNS, 100, PERCENT).grade, undefined)
})

t.test('what Summary says of one sheet', async (t) => {
  const { students, sum, count, average, lowest, highest, median, band } =
    overSheet({ name: '1st', lastRow: 100 }, COLUMNS, 'Active')
  const [status, cells] = ["'1st'!$F$9:$F$100", "'1st'!$G$9:$G$100"]
  t.equal(students, `COUNTIF(${status},"Active")`)
  t.equal(sum(COURSE), `SUMIFS(${cells},${status},"Active")`)
  t.equal(count(COURSE), `COUNTIFS(${status},"Active",${cells},${ANY_NUMBER})`)
  t.strictSame([average, lowest, highest].map((formula) => formula(COURSE)),
    ["'1st'!$G$5", "'1st'!$G$6", "'1st'!$G$7"])
  const values = `IF(${status}="Active",IF(${cells}<>"",${cells}))`
  t.equal(median(COURSE), `IF(${count(COURSE)}=0,"",MEDIAN(${values}))`)
  t.equal(band(0), `COUNTIFS(${status},"Active",${cells},"<"&0.09999999995)`)
  t.equal(band(3), `COUNTIFS(${status},"Active",${cells},">="&0.29999999995,${cells},"<"&0.39999999995)`)
  t.equal(band(9), `COUNTIFS(${status},"Active",${cells},">="&0.89999999995)`)
})
