// Gnumeric calculates workbooks again, by functions of its own.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { findGnumeric, pathOf } from './tools.ts'

/** Opens workbooks, calculates each again and saves it in `folder`; gives the new files in the same order. */
export function recalculateWithGnumeric (folder: string, files: string[]): string[] {
  const out = join(folder, 'gnumeric')
  mkdirSync(out, { recursive: true })
  return files.map((file) => {
    const saved = join(out, basename(file))
    // What it keeps between runs goes into the folder too.
    const env = { ...process.env, HOME: out, XDG_CONFIG_HOME: out, GSETTINGS_BACKEND: 'memory' }
    const options = ['--recalc', '--export-type=Gnumeric_Excel:xlsx2']
    const run = spawnSync(pathOf(findGnumeric()), [...options, file, saved], { encoding: 'utf8', env })
    if (run.status === 0 && existsSync(saved)) return saved
    throw new Error(`Gnumeric cannot open ${basename(file)}: ${run.stderr.slice(-1000)}`)
  })
}
