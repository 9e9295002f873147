import { cutToBytes, MAX_FILENAME_BYTES } from '../files/file-name.ts'
import { isoTime } from '../iso-time.ts'
import { NAME_MAX } from '../short-text.ts'
import { wallClock } from '../courses/course-time.ts'

/** A period's name is cut to this many bytes if the course's name needs the rest. */
const PERIOD_BYTES = 60

interface ExportNaming {
  /** Between the course and the time. */
  label: string
  /** Without a dot. */
  extension: string
  /** Ms since 1970. */
  at: number
  /** The course's. */
  timeZone: string
  /** The name of the period, if the export has only one. */
  period?: string | undefined
}

/**
 * `<course>_<label>_<yyyymmdd-hhmmss>.<extension>`, or `<course>_<period>_<label>_…`, with the time in the
 * course's zone. In the names, each run of characters that are not letters or digits of any script (with
 * their combining marks), `.` or `-` becomes one `_`. The whole is at most 200 bytes of UTF-8.
 */
export function exportFilename (
  courseName: string, { label, extension, at, timeZone, period }: ExportNaming
): string {
  const clock = isoTime(wallClock(at, timeZone))
  const stamp = clock.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const ending = `_${label}_${stamp}.${extension}`
  const room = MAX_FILENAME_BYTES - Buffer.byteLength(ending)
  if (period === undefined) return `${namePart(courseName, room, 'Course')}${ending}`
  // However long one name is, the other keeps enough to be recognized.
  const course = namePart(courseName, room - PERIOD_BYTES - 1, 'Course')
  return `${course}_${namePart(period, room - Buffer.byteLength(course) - 1, 'Period')}${ending}`
}

/** Letters, digits, `.`, `-` and single `_` between them, at most `most` bytes; `otherwise` if empty. */
function namePart (text: string, most: number, otherwise: string): string {
  const name = text.slice(0, NAME_MAX)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}.-]+/gu, '_')
  // A run at an end is one `_` already.
  const trimmed = name.startsWith('_') ? name.slice(1) : name
  const fitting = cutToBytes(trimmed, most)
  const cut = fitting.endsWith('_') ? fitting.slice(0, -1) : fitting
  return cut === '' ? otherwise : cut
}
