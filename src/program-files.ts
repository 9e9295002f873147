// Paths of the program's own files. The single binary unpacks itself into a folder with the layout of the
// checkout, with `.js` for `.ts`, so the same paths work in both.
import { extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout, or the folder that the single binary unpacked itself into. */
export const PROGRAM_FOLDER = fileURLToPath(new URL('..', import.meta.url))

/** The module whose exported functions run in threads. */
export const TASKS_FILE = new URL(`../workers/tasks${extname(import.meta.url)}`, import.meta.url)

/** Path of a file or folder of the program, by its path in the checkout. */
export function programFile (path: string): string {
  return join(PROGRAM_FOLDER, path)
}

const FONTS = 'node_modules/dejavu-fonts-ttf/ttf'
/** Fonts of reports: regular and bold. They have Latin, Greek, Cyrillic, Hebrew and Arabic. */
export const REPORT_FONTS = [`${FONTS}/DejaVuSans.ttf`, `${FONTS}/DejaVuSans-Bold.ttf`] as const

/** License texts of everything in the program, written by the install or the build of the single binary. */
export const LICENSES_FILE = 'dist/licenses.txt'
