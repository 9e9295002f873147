// npm's `prepare` step: builds the page after an install. Where development packages were left out there is
// nothing to build with.
import { writeSync } from 'node:fs'
import { buildPage } from './build-page.ts'

const STDERR = 2

try {
  await buildPage()
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
  writeSync(STDERR, 'The page was not built: the development packages are not installed.\n')
}
