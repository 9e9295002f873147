import { cutToBytes, MAX_FILENAME_BYTES } from '../../files/file-name.ts'
import { wallClock } from '../performance-book/course-time.ts'

/**
 * `<course>_Performance_<yyyymmdd-hhmmss>.xlsx`, the time as the clock in the course's zone shows it. Runs of anything but
 * letters and digits of any script (with their combining marks), `.` and `-` become one `_`; at most 200 bytes of UTF-8.
 */
export function exportFilename (courseName: string, at: number, timeZone: string): string {
  const clock = new Date(wallClock(at, timeZone)).toISOString()
  const stamp = clock.slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const ending = `_Performance_${stamp}.xlsx`
  const name = courseName.toWellFormed().normalize('NFC').replace(/[^\p{L}\p{M}\p{N}.-]+/gu, '_').replace(/^_+|_+$/g, '')
  const cut = cutToBytes(name, MAX_FILENAME_BYTES - Buffer.byteLength(ending)).replace(/_+$/, '')
  return `${cut === '' ? 'Course' : cut}${ending}`
}
