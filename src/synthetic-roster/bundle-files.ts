import { COLUMNS, manifest, type OneRosterFile, type OneRosterVersion } from './oneroster-columns.ts'

/** A file of a bundle, made piece by piece while it is read. */
export interface BundleFile {
  name: string
  text: Iterable<string>
}

/** The rows of each file, as CSV lines. */
export type BundleRows = Array<[file: OneRosterFile, rows: () => Iterable<string>]>

/** The files of a bundle with its manifest. */
export function bundleFiles (
  version: OneRosterVersion, mode: 'bulk' | 'delta', rows: BundleRows
): BundleFile[] {
  const text = [manifest(version, mode, rows.map(([file]) => file))]
  const files = rows.map(([file, lines]) => {
    return { name: `${file}.csv`, text: withHeader(COLUMNS[version][file], lines) }
  })
  return [{ name: 'manifest.csv', text }, ...files]
}

function * withHeader (
  header: string | undefined, rows: () => Iterable<string>
): Generator<string, void, void> {
  if (header === undefined) throw new Error('This version of OneRoster has no such file.')
  yield header + '\r\n'
  yield * rows()
}
