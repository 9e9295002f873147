import ExcelJS from 'exceljs'
import { columnName, formulas, HEADINGS, line, FIRST_TASK } from './content.ts'
import { measure } from './measure.ts'

await measure(async ({ students, tasks, file }) => {
  const workbook = new ExcelJS.Workbook()
  const sheet = workbook.addWorksheet('Performance', { views: [{ state: 'frozen', xSplit: 3, ySplit: 8 }] })
  sheet.columns = Array.from(
    { length: FIRST_TASK + tasks - 1 },
    (_, c) => ({ key: columnName(c + 1), ...(c + 1 > 5 ? { style: { numFmt: '0%' } } : {}) })
  )
  for (let r = 1; r < 8; r++) sheet.addRow([])
  sheet.addRow([...HEADINGS, ...Array.from({ length: tasks }, (_, j) => `Task ${j + 1}`)])
  for (let i = 0; i < students; i++) {
    const { texts, averages, cells } = line(i, tasks)
    sheet.addRow([
      ...texts,
      ...formulas(9 + i, tasks).map((formula, a) => ({ formula, result: averages[a]! })),
      ...cells,
    ])
  }
  await workbook.xlsx.writeFile(file)
})
