import { rmSync } from 'node:fs'
import { openBookReader, sqliteFile } from '../../../db/index.ts'
import { controlTotals } from '../../../db/queries/books.ts'
import { readBook } from '../../../src/courses/book.ts'
import { createSnapshotWriter } from '../../../src/snapshots/snapshot-writer.ts'
import { writeWorkbook } from '../../../workers/workbook/write-workbook.ts'
import type { Task } from './measure.ts'

/**
 * Ours, from a database on disk: everything that an export does, including the snapshot, the check and the
 * flush to disk.
 */
export async function exportCourse (
  { file, input }: Task,
  { withSnapshot = true }: { withSnapshot?: boolean } = {}
): Promise<void> {
  rmSync(file, { force: true })
  rmSync(`${file}.snapshot`, { force: true })
  const reader = openBookReader(sqliteFile(input))
  const now = Date.UTC(2015, 3, 30)
  await reader.read(async (snapshot) => {
    const read = withSnapshot ? await createSnapshotWriter(`${file}.snapshot`) : undefined
    const book = (await readBook(snapshot, 1, { now, visitor: read }))!
    await read?.end(book, now)
    await read?.close()
    const totals = await controlTotals(snapshot, 1, { today: book.today })
    const controls = { ...totals, zeroedCells: book.zeroedCells }
    await writeWorkbook(book, {
      options: { sheets: 'course', values: 'percent', include_dropped: true, language: 'en' },
      file,
      generatedAt: now,
      generatedBy: 'bench',
      teachers: [],
      controls,
    })
  })
  await reader.close()
}
