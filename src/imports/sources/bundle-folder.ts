// Which folder in an archive or a folder is imported. Everything outside it is ignored.
import { listNames, shortenName } from '../../short-text.ts'
import { importError } from '../error-messages.ts'
import { Refusal } from '../problems.ts'

/** Names of OneRoster files without their ending, in lower case. School Data Sync v2.1 has some of them. */
const ROSTER_FILES = new Set([
  'manifest', 'orgs', 'academicsessions', 'courses', 'classes', 'users', 'roles', 'enrollments', 'categories',
  'lineitems', 'results',
])
/** The same of Clever and of School Data Sync v1. */
const OTHER_ROSTERS = [
  new Set(['schools', 'students', 'teachers', 'sections', 'enrollments']),
  new Set(['school', 'section', 'student', 'teacher', 'studentenrollment', 'teacherroster']),
]
/** The most names that an error lists. */
const LISTED = 5

/**
 * The folder that has the files, with a slash at its end; empty for the top folder, or if there are no files.
 * `paths` are those of all files, relative to the top, with slashes. A roster takes precedence: its
 * folder has a manifest or several files with names of one system of rosters, or is the only one with a file
 * of OneRoster. Throws Refusal if there are several folders.
 */
export function bundleFolder (paths: readonly string[], name: string): string {
  const folders = new Map<string, { roster: number, others: number[], hasManifest: boolean }>()
  for (const path of paths) {
    const [, folder = '', base = '', ending] = /^(.*\/)?([^/]*)\.(csv|json)$/i.exec(path) ?? []
    if (ending === undefined) continue
    const known = folders.get(folder) ?? { roster: 0, others: [0, 0], hasManifest: false }
    const isCsv = ending.toLowerCase() === 'csv'
    const isRoster = isCsv && ROSTER_FILES.has(base.toLowerCase())
    folders.set(folder, {
      roster: known.roster + (isRoster ? 1 : 0),
      others: known.others.map((count, i) => {
        return count + (isCsv && OTHER_ROSTERS[i]?.has(base.toLowerCase()) === true ? 1 : 0)
      }),
      hasManifest: known.hasManifest || (isRoster && base.toLowerCase() === 'manifest'),
    })
  }
  const all = [...folders]
  const bundles = all.filter(([, { roster, others, hasManifest }]) =>
    hasManifest || roster > 1 || others.some((count) => count > 1))
  const parts = all.filter(([, { roster }]) => roster > 0)
  const [[folder] = [''], ...others] = [bundles, parts, all].find((some) => some.length > 0) ?? []
  if (others.length === 0) return folder
  const names = [folder, ...others.map(([other]) => other)].sort()
    .map((one) => one === '' ? 'the top folder' : shortenName(one.slice(0, -1)))
  const found = { count: names.length, folders: listNames(names, LISTED) }
  throw new Refusal({ file: name }, importError('several_folders', found))
}
