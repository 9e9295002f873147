// One report for each student, in one PDF or in a zip. See docs/outlets.md.
import { rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Readable } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import yazl from 'yazl'
import type { Book } from '../../src/courses/book.ts'
import type { BookRow } from '../../src/courses/book-row.ts'
import { cleanFilename, cutToBytes } from '../../src/files/file-name.ts'
import { stageStream } from '../../src/files/staged-file.ts'
import { paperOf } from '../workbook/paper.ts'
import type { OutletFacts, OutletRequest } from './outlet.ts'
import { ReportDocument } from './pdf/report-document.ts'
import { ReportFonts } from './pdf/report-fonts.ts'
import { reportDrawer, reportName } from './pdf/report.ts'
import { reportWords } from './pdf/report-words.ts'

/** Most bytes of the name of a file in the zip, without its number. */
const NAME_BYTES = 120

/** See `WriteOutlet`. Throws FORMAT_NOT_POSSIBLE if REPORT_FONT cannot be used. */
export async function writePdf (book: Book, request: OutletRequest): Promise<OutletFacts> {
  const { options, receipts, generatedAt, generatedBy, signal } = request
  const fonts = new ReportFonts(request.reportFont)
  const draw = reportDrawer({ book, options, now: generatedAt })
  const all = book.averages().students + (options.include_dropped ? book.averages().dropped : 0)
  let [students, scores] = [0, 0]
  let drawn: { id: number } | undefined

  function begin (title: string): ReportDocument {
    return new ReportDocument({
      title,
      language: options.language,
      paper: request.paper === 'auto' ? paperOf(book.course.timeZone) : request.paper,
      generatedAt,
      author: generatedBy ?? '',
      fonts,
      onMissing: () => {
        const message = 'Characters that the font does not have; set REPORT_FONT.'
        receipts.add('missing_glyphs', message, drawn === undefined ? {} : { student: drawn })
      },
    })
  }

  function add (document: ReportDocument, row: BookRow): void {
    drawn = row.student
    document.beginSection(reportName(row, options.identity))
    scores += draw(document, row)
    document.endSection()
    students++
  }

  async function * rows (): AsyncGenerator<BookRow> {
    for await (const batch of book.batches({ isDropped: options.include_dropped ? undefined : false })) {
      for (const row of batch) {
        signal?.throwIfAborted()
        yield row
      }
      request.onProgress(students, all)
    }
  }

  async function * onePdf (): AsyncGenerator<Buffer> {
    const document = begin(`${book.course.name} · ${reportWords(options.language).title}`)
    for await (const row of rows()) {
      add(document, row)
      yield * available(document)
    }
    if (students === 0) document.addPage()
    yield * document.end()
  }

  async function * zipOfPdfs (): AsyncGenerator<Buffer> {
    const zip = new yazl.ZipFile()
    const output = zip.outputStream as unknown as Readable
    for await (const row of rows()) {
      const name = reportName(row, options.identity)
      const document = begin(name)
      add(document, row)
      const chunks: Buffer[] = [...available(document)]
      for await (const chunk of document.end()) chunks.push(chunk)
      const number = String(students).padStart(String(all).length, '0')
      // The archive keeps this function, so it must not keep the bytes.
      const held: { bytes: Buffer | undefined } = { bytes: Buffer.concat(chunks) }
      const file = cleanFilename(`${number}_${cutToBytes(name.replace(/[/\\]/g, '_'), NAME_BYTES)}.pdf`)
      const written = new Promise<void>((resolve) => {
        zip.addReadStreamLazy(file, { mtime: new Date(generatedAt), compress: false }, (onStream) => {
          const stream = Readable.from([held.bytes ?? Buffer.alloc(0)])
          held.bytes = undefined
          stream.once('close', resolve)
          onStream(null, stream)
        })
      })
      let isWritten = false
      void written.then(() => { isWritten = true })
      while (!isWritten) {
        yield * available({ read: () => output.read() as Buffer | null })
        await turn()
      }
    }
    zip.end()
    yield * output as AsyncIterable<Buffer>
  }

  const stream = Readable.from(options.split ? zipOfPdfs() : onePdf(), { objectMode: false })
  const { path, size, sha256 } = await stageStream(stream, dirname(request.file))
  await rename(path, request.file)
  return { size, sha256, students, scores }
}

function * available (document: Pick<ReportDocument, 'read'>): Generator<Buffer> {
  for (let chunk = document.read(); chunk !== null; chunk = document.read()) yield chunk
}
