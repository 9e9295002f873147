// npm run build:binary
import { writeSync } from 'node:fs'
import { programFile } from '../../src/program-files.ts'
import { buildBinary } from './build-binary.ts'

const STDERR = 2

const { size, files, packages, unstripped } = await buildBinary(programFile('dist/perfbook'))
if (unstripped !== undefined) {
  writeSync(STDERR, `Node is in it with its symbols, which are a quarter of its size: ${unstripped}\n`)
}
writeSync(
  STDERR,
  `dist/perfbook: ${(size / 1e6).toFixed(1)} MB; unpacks ${files} files; ${packages} packages\n`
)
