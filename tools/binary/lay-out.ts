// The program as the single binary unpacks it.
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LICENSES_FILE, programFile, REPORT_FONTS } from '../../src/program-files.ts'
import { buildPage } from '../build-page.ts'
import { licensesOf, packageFolder } from '../licenses/licenses.ts'
import { bundleProgram, type BundleEntry } from './bundle.ts'

/** Taken in as they are, by their paths in the checkout. */
const STATIC = ['data/sample', ...REPORT_FONTS]

/**
 * Puts what the binary unpacks into a folder, in the places that it has in the checkout, and `more` programs
 * of tests. Returns how many packages are in it.
 */
export async function layOut (
  program: string, more: readonly BundleEntry[] = []
): Promise<number> {
  mkdirSync(program, { recursive: true })
  const inputs = [...await bundleProgram(program, more), ...await buildPage(join(program, 'dist/page'))]
  for (const path of STATIC) cpSync(programFile(path), join(program, path), { recursive: true })
  const inside = [...inputs, ...REPORT_FONTS.map(programFile)]
  const packages = new Set(inside.map(packageFolder).filter((folder) => folder !== undefined))
  writeFileSync(join(program, LICENSES_FILE), licensesOf([...packages]))
  writeFileSync(join(program, 'package.json'), '{ "type": "module" }\n')
  // An executable's own main may import nothing but what is built into Node; a file may.
  writeFileSync(join(program, 'main.cjs'), "import('./src/main.js')\n")
  return packages.size
}
