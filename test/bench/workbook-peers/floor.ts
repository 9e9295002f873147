// The floor: the XML of our own worksheet, in memory already, straight into zlib at our level and into a
// file.
import { createWriteStream, readFileSync } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createDeflateRaw } from 'node:zlib'
import { measure } from './measure.ts'

const xml = readFileSync(process.argv[5]!)

await measure(async ({ file }) => {
  const chunks = function * () {
    for (let at = 0; at < xml.length; at += 131_072) yield xml.subarray(at, at + 131_072)
  }
  await pipeline(
    Readable.from(chunks(), { objectMode: false }),
    createDeflateRaw({ level: 5 }),
    createWriteStream(file)
  )
})
