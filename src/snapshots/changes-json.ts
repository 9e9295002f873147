// The differences between an export and a book as the API returns them, as finished bytes.
import type { Book } from '../courses/book.ts'
import type { ChangesCursor, ChangesPage } from '../courses/book-tasks.ts'
import { JsonChunks } from '../courses/json-chunks.ts'
import { isoTime } from '../iso-time.ts'
import { bookChanges } from './book-changes.ts'
import type { Change, ChangeValue } from './change.ts'
import type { Snapshot } from './snapshot.ts'

/** Room for what follows the last change, in bytes. */
const END_BYTES = 200

/** A page of changes and the number of all changes, as JSON in chunks. */
export async function changesJson (
  snapshot: Snapshot,
  book: Book,
  exportId: number,
  { limit, cursor, maxBytes }: ChangesPage
): Promise<Uint8Array[]> {
  const out = new JsonChunks()
  out.add(`{"export_id":${exportId},"read_at":"${isoTime(snapshot.readAt)}","changes":[`)
  const skip = cursor?.skip ?? 0
  let count = 0
  let written = 0
  let isFull = false
  for await (const changes of bookChanges(snapshot, book)) {
    for (const change of changes) {
      if (count++ < skip || isFull) continue
      const text = JSON.stringify(changeJson(change))
      const bytes = out.bytes + Buffer.byteLength(text) + END_BYTES
      isFull = written > 0 && (written === limit || bytes > maxBytes)
      if (isFull) continue
      out.add(written === 0 ? text : `,${text}`)
      written++
    }
  }
  const next = isFull ? writeCursor({ dataVersion: book.dataVersion, skip: skip + written }) : null
  out.add(`],"count":${count},"next_cursor":${JSON.stringify(next)}}`)
  return out.end()
}

function writeCursor ({ dataVersion, skip }: ChangesCursor): string {
  return Buffer.from(`c${dataVersion}.${skip}`).toString('base64url')
}

/** Where the previous page ended; undefined: the text is not a cursor of this service. */
export function readCursor (cursor: string): ChangesCursor | undefined {
  const match = /^c(\d{1,15})\.(\d{1,15})$/.exec(Buffer.from(cursor, 'base64url').toString())
  return match === null ? undefined : { dataVersion: Number(match[1]), skip: Number(match[2]) }
}

function changeJson ({ kind, field, student, task, category, period, before, after }: Change) {
  const value = (of: ChangeValue) => field === 'due_at' && typeof of === 'number' ? isoTime(of) : of
  return {
    kind,
    field: field ?? null,
    student: student === undefined
      ? null
      : {
          id: student.id,
          source_id: student.source_id,
          first_name: student.first_name,
          last_name: student.last_name,
          student_identifier: student.student_identifier,
        },
    task: task === undefined ? null : { id: task.id, source_id: task.sourceId, title: task.title },
    category: named(category),
    period: named(period),
    before: value(before),
    after: value(after),
  }
}

function named (item: Change['category' | 'period']) {
  return item === undefined ? null : { id: item.id, source_id: item.sourceId, name: item.name }
}
