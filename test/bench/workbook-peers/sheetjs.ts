import * as XLSX from 'xlsx'
import { writeFileSync } from 'node:fs'
import { columnName, FIRST_TASK, formulas, HEADINGS, line } from './content.ts'
import { measure } from './measure.ts'

await measure(async ({ students, tasks, file }) => {
  const rows: XLSX.CellObject[][] = []
  const sheet = {
    '!data': rows,
    '!ref': `A1:${columnName(FIRST_TASK + tasks - 1)}${8 + students}`,
  } as unknown as XLSX.WorkSheet
  const cells: Record<string, XLSX.CellObject> = sheet as unknown as Record<string, XLSX.CellObject>
  const names = Array.from({ length: FIRST_TASK + tasks - 1 }, (_, c) => columnName(c + 1))
  ;[...HEADINGS, ...Array.from({ length: tasks }, (_, j) => `Task ${j + 1}`)].forEach((v, c) => {
    cells[`${names[c]}8`] = { t: 's', v }
  })
  delete (sheet as unknown as { '!data'?: unknown })['!data']
  for (let i = 0; i < students; i++) {
    const row = 9 + i
    const { texts, averages, cells: values } = line(i, tasks)
    texts.forEach((v, c) => {
      cells[`${names[c]}${row}`] = { t: 's', v }
    })
    formulas(row, tasks).forEach((f, a) => {
      cells[`${names[5 + a]}${row}`] = { t: 'n', f, v: averages[a]!, z: '0%' }
    })
    values.forEach((v, j) => {
      if (v !== null) {
        cells[`${names[FIRST_TASK - 1 + j]}${row}`] = typeof v === 'number'
          ? { t: 'n', v, z: '0%' }
          : { t: 's', v }
      }
    })
  }
  const workbook = XLSX.utils.book_new()
  XLSX.utils.book_append_sheet(workbook, sheet, 'Performance')
  writeFileSync(
    file,
    XLSX.write(workbook, { type: 'buffer', bookType: 'xlsx', bookSST: true, compression: true }) as Buffer
  )
})
