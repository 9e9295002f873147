// The objects of a PDF, found by its cross-reference table (ISO 32000-1, 7.5), to check what we write. Each
// object is its text; streams are unpacked.
import { inflateSync } from 'node:zlib'

export interface PdfObject { text: string, stream: Buffer | undefined }

interface Entry { kind: number, place: number, index: number }

/** All objects by number. Throws where the table and the file disagree. */
export function pdfObjects (file: Buffer): Map<number, PdfObject> {
  const raw = file.toString('latin1')
  const start = Number(/startxref\n(\d+)\n%%EOF\n$/.exec(raw)?.[1])
  const table = readAt(file, raw, start)
  if (!table.text.includes('/Type/XRef')) throw new Error('there is no table')
  const entries = entriesOf(table.stream ?? Buffer.alloc(0))
  if (entries.length !== Number(/\/Size (\d+)/.exec(table.text)?.[1])) throw new Error('the table is too short')
  const objects = new Map<number, PdfObject>()
  for (const [id, { kind, place }] of entries.entries()) {
    if (kind !== 1) continue
    if (!raw.startsWith(`${id} 0 obj\n`, place)) throw new Error(`object ${id} is in another place`)
    objects.set(id, readAt(file, raw, place))
  }
  const streams = new Map<number, Array<[id: number, text: string]>>()
  for (const [id, { kind, place, index }] of entries.entries()) {
    if (kind !== 2) continue
    const all = streams.get(place) ?? packedIn(objects.get(place))
    streams.set(place, all)
    const [found, text = ''] = all[index] ?? []
    if (found !== id) throw new Error(`object ${id} is not in object stream ${place}`)
    objects.set(id, { text, stream: undefined })
  }
  return objects
}

function readAt (file: Buffer, raw: string, place: number): PdfObject {
  const end = raw.indexOf('endobj', place)
  const at = raw.indexOf('stream\n', place)
  const text = raw.slice(raw.indexOf('\n', place) + 1, at === -1 ? end : Math.min(end, at))
  if (at === -1 || at > end) return { text, stream: undefined }
  const from = at + 'stream\n'.length
  const bytes = file.subarray(from, from + Number(/\/Length (\d+)/.exec(text)?.[1]))
  return { text, stream: text.includes('/FlateDecode') ? inflateSync(bytes) : bytes }
}

/** The entries of a cross-reference stream with fields of 1, 5 and 2 bytes, each as PNG filter 2. */
function entriesOf (bytes: Buffer): Entry[] {
  const entries: Entry[] = []
  const row = Buffer.alloc(8)
  for (let at = 0; at < bytes.length; at += 9) {
    for (let i = 0; i < row.length; i++) row[i] = (row[i] ?? 0) + (bytes[at + 1 + i] ?? 0)
    entries.push({ kind: row.readUInt8(0), place: row.readUIntBE(1, 5), index: row.readUInt16BE(6) })
  }
  return entries
}

function packedIn (object: PdfObject | undefined): Array<[id: number, text: string]> {
  const bytes = object?.stream?.toString('latin1') ?? ''
  const first = Number(/\/First (\d+)/.exec(object?.text ?? '')?.[1])
  const head = bytes.slice(0, first).trim().split(' ').map(Number)
  const count = Number(/\/N (\d+)/.exec(object?.text ?? '')?.[1])
  return Array.from({ length: count }, (_, i) => {
    const [id = NaN, from = NaN, to] = [head[2 * i], head[2 * i + 1], head[2 * i + 3]]
    return [id, bytes.slice(first + from, to === undefined ? undefined : first + to).trim()]
  })
}
