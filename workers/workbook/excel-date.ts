import { wallClock } from '../../src/courses/course-time.ts'
import { isoTime } from '../../src/iso-time.ts'

const DAY = 86_400_000
/** 1970-01-01 as a serial number of the 1900 date system (ECMA-376 part 1, 18.17.4.1). */
const EPOCH = 25_569
/** Excel believes in 29 February 1900, so its numbers are right from the day after it to the end of 9999. */
const FIRST = 61
const END = 2_958_466

/**
 * An instant as Excel's serial number: days on a clock in the zone. If Excel has no number for it, the time
 * as text (`1890-01-31 08:00`).
 */
export function excelDate (ms: number, timeZone: string): number | string {
  const clock = wallClock(ms, timeZone)
  const serial = clock / DAY + EPOCH
  if (serial >= FIRST && serial < END) return serial
  return isoTime(clock).replace('T', ' ').replace(/:\d\d\.\d+Z$/, '')
}
