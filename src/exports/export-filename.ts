import { cutToBytes, MAX_FILENAME_BYTES } from '../files/file-name.ts'
import { isoTime } from '../iso-time.ts'
import { NAME_MAX } from '../short-text.ts'
import { wallClock } from '../courses/course-time.ts'

/**
 * `<course>_Performance_<yyyymmdd-hhmmss>.xlsx`, with the time in the course's zone. In the course's name,
 * each run of characters that are not letters or digits of any script (with their combining marks), `.` or
 * `-` becomes one `_`. The whole is at most 200 bytes of UTF-8.
 */
export function exportFilename (courseName: string, at: number, timeZone: string): string {
  const clock = isoTime(wallClock(at, timeZone))
  const stamp = clock.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const ending = `_Performance_${stamp}.xlsx`
  const name = courseName.slice(0, NAME_MAX)
    .toWellFormed()
    .normalize('NFC')
    .replace(/[^\p{L}\p{M}\p{N}.-]+/gu, '_')
  // A run at an end is one `_` already.
  const trimmed = name.startsWith('_') ? name.slice(1) : name
  const fitting = cutToBytes(trimmed, MAX_FILENAME_BYTES - Buffer.byteLength(ending))
  const cut = fitting.endsWith('_') ? fitting.slice(0, -1) : fitting
  return `${cut === '' ? 'Course' : cut}${ending}`
}
