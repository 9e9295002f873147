import { text } from 'node:stream/consumers'
import { parse } from 'csv-parse/sync'
import yauzl from 'yauzl'

export type BundleRow = Record<string, string>

/** The text of every file of a zip, by name. */
export async function readZip (path: string): Promise<Map<string, string>> {
  const zip = await yauzl.openPromise(path)
  const files = new Map<string, string>()
  for await (const entry of zip.eachEntry()) {
    files.set(entry.fileName, await text(await zip.openReadStreamPromise(entry)))
  }
  return files
}

/**
 * The rows of every CSV file of a bundle, by name without `.csv`. Throws where a line has too many or too few
 * cells.
 */
export async function readBundle (path: string): Promise<Record<string, BundleRow[]>> {
  const files = await readZip(path)
  return Object.fromEntries(
    Array.from(
      files,
      ([name, csv]) => [name.replace(/\.csv$/, ''), parse(csv, { columns: true }) as unknown as BundleRow[]]
    )
  )
}
