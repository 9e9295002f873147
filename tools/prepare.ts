// npm's `prepare` step after an install: builds the page, collects the license texts of the packages, and
// keeps other users out of the data folder of a checkout, which git has made.
import { chmodSync, existsSync, mkdirSync, writeFileSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { LICENSES_FILE, programFile } from '../src/program-files.ts'
import { buildPage } from './build-page.ts'
import { installedPackages, licensesOf } from './licenses/licenses.ts'

const STDERR = 2

try {
  await buildPage()
} catch (error) {
  if ((error as NodeJS.ErrnoException).code !== 'ERR_MODULE_NOT_FOUND') throw error
  writeSync(STDERR, 'The page was not built: the development packages are not installed.\n')
}
const licenses = programFile(LICENSES_FILE)
mkdirSync(dirname(licenses), { recursive: true })
writeFileSync(licenses, licensesOf(installedPackages()))

const data = programFile('data')
if (existsSync(data)) chmodSync(data, 0o700)
