// xlsx-populate alone, used as well as it can be: one shared style. Its formulas have no values.
import { writeFileSync } from 'node:fs'
import XlsxPopulate from 'xlsx-populate'
import { FIRST_TASK, formulas, HEADINGS, line } from './content.ts'
import { measure } from './measure.ts'

await measure(async ({ students, tasks, file }) => {
  const workbook = await XlsxPopulate.fromBlankAsync()
  const percent = workbook.styleSheet().createStyle()
  percent.style('numberFormat', '0%')
  const sheet = workbook.sheet(0)
  sheet.freezePanes(3, 8)
  ;[...HEADINGS, ...Array.from({ length: tasks }, (_, j) => `Task ${j + 1}`)].forEach((text, c) => {
    sheet.cell(8, c + 1).value(text)
  })
  for (let i = 0; i < students; i++) {
    const row = 9 + i
    const { texts, cells } = line(i, tasks)
    texts.forEach((text, c) => {
      sheet.cell(row, c + 1).value(text)
    })
    formulas(row, tasks).forEach((formula, a) => {
      sheet.cell(row, 6 + a).formula(formula).style(percent)
    })
    cells.forEach((value, j) => {
      if (value !== null) sheet.cell(row, FIRST_TASK + j).value(value).style(percent)
    })
  }
  writeFileSync(file, await workbook.outputAsync())
})
