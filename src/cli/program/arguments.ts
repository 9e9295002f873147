import type { Readable } from 'node:stream'
import { InvalidArgumentError } from 'commander'

/** A positive decimal integer, as ids are. */
export function parseId (text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('It must be a positive whole number.')
  return Number(text)
}

/** `90d`, `12h` or `30m`, in ms. */
export function parseDuration (text: string): number {
  const match = /^([1-9]\d{0,5})([mhd])$/.exec(text)
  if (match === null) throw new InvalidArgumentError('Write it like 90d, 12h or 30m.')
  return Number(match[1]) * { m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] as 'm' | 'h' | 'd']
}

/** The first line of a stream, without its line end. */
export async function readLine (stream: Readable): Promise<string> {
  let text = ''
  stream.setEncoding('utf8')
  for await (const chunk of stream) {
    text += chunk as string
    if (text.includes('\n')) break
  }
  return text.split('\n', 1)[0]!.replace(/\r$/, '')
}
