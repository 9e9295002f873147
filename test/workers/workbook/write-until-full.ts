// A process of its own, so that a limit of the system holds for it alone: writes a workbook and prints how
// that failed.
import { writeWorkbook } from '../../../workers/workbook/write-workbook.ts'
import { DEFAULTS, NOW, withBook } from '../../support/workbook.ts'

const [database, file] = process.argv.slice(2)
await withBook(database!, 1, NOW, async (book, controls) => {
  try {
    await writeWorkbook(book, {
      options: DEFAULTS,
      file: file!,
      generatedAt: NOW,
      generatedBy: undefined,
      teachers: [],
      controls,
    })
  } catch (error) {
    process.stdout.write(String((error as NodeJS.ErrnoException).code))
  }
})
