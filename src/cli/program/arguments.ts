import type { Readable } from 'node:stream'
import { InvalidArgumentError } from 'commander'
import { isTimeZone } from '../../courses/course-time.ts'

/** A positive decimal integer, as ids are. */
export function parseId (text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a positive whole number.')
  return Number(text)
}

/** `90d`, `12h` or `30m`, in ms. */
export function parseDuration (text: string): number {
  const match = /^([1-9]\d{0,5})([mhd])$/.exec(text)
  if (match === null) throw new InvalidArgumentError('Write it like 90d, 12h or 30m.')
  const [, count, unit] = match
  return Number(count) * (unit === 'm' ? 60_000 : unit === 'h' ? 3_600_000 : 86_400_000)
}

/** The name of a time zone. */
export function parseTimeZone (text: string): string {
  if (!isTimeZone(text)) throw new InvalidArgumentError('Write a time zone like Europe/Berlin.')
  return text
}

/** The first line of a stream, without its line end. */
export async function readLine (stream: Readable): Promise<string> {
  let text = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) {
    text += chunk as string
    if (text.includes('\n')) break
  }
  const [line = ''] = text.split('\n', 1)
  return line.replace(/\r$/, '')
}
