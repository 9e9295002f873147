// Java as a strict reader of zips: it reads from front to back and compares each header with the data.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { findJava, pathOf } from './tools.ts'

/**
 * Reads every entry of some zips to its end with `java.util.zip.ZipInputStream`, in one call. Gives the bytes
 * of each entry by its path, for each file. Throws what Java throws, for any of them.
 */
export function readWithJava (files: string[]): Map<string, Map<string, number>> {
  const source = fileURLToPath(new URL('ReadZip.java', import.meta.url))
  // Names are printed in the machine's own encoding otherwise.
  const options = ['-Dfile.encoding=UTF-8', '-Dstdout.encoding=UTF-8']
  const args = [...options, source, ...files]
  const run = spawnSync(pathOf(findJava()), args, { encoding: 'utf8', maxBuffer: 1 << 28 })
  if (run.status !== 0) throw new Error(`Java cannot read a zip: ${run.stderr.slice(-2000)}`)
  const found = new Map(files.map((file) => [file, new Map<string, number>()]))
  for (const line of run.stdout.split('\n').filter((each) => each !== '')) {
    const [file, path, bytes] = line.split('\t') as [string, string, string]
    found.get(file)!.set(path, Number(bytes))
  }
  return found
}
