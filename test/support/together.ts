// Test files that run one after the other in one process. Loading the program, compiling its routes and
// starting its threads takes a process longer than the tests of most files.
import { globSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'

const ROOT = join(import.meta.dirname, '../..')
/** tap's own folder, which Git ignores. */
const GROUPS = join(ROOT, '.tap/together')
/** With more, the last group would still be running after the other core has nothing left to do. */
const MOST_FILES = 8
/** For all files of a group together. */
export const GROUP_TIMEOUT_S = 1800
/** They take long anyway, and most of that time is spent in other processes. */
const ALONE = ['binary/', 'copy/', 'crash/', 'deploy.test.ts', 'power/', 'simulate/', 'workers/workbook/']

export interface Groups {
  /** Paths, from the root of the repository, of files that tap runs. */
  files: string[]
  /** The test files that one of `files` runs. */
  membersOf: (file: string) => readonly string[]
}

/** Paths of all test files from the root of the repository, without those of many nodes. */
export function allTests (): string[] {
  return globSync('test/**/*.test.ts', { cwd: ROOT }).filter((file) => !file.startsWith('test/nodes/')).sort()
}

/**
 * Writes a file for each group of test files, which imports them. All files of a group are from one folder,
 * which its name says. `run` keeps the groups of different runs apart.
 */
export function groupTests (run: string, tests: readonly string[]): Groups {
  const folder = join(GROUPS, run)
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const alone = tests.filter(isAlone)
  const groups = new Map<string, readonly string[]>()
  for (const [place, ofPlace] of Map.groupBy(tests.filter((file) => !isAlone(file)), dirname)) {
    const count = Math.ceil(ofPlace.length / MOST_FILES)
    for (let i = 0; i < count; i++) {
      const members = ofPlace.filter((_, index) => index % count === i)
      const path = join(folder, `${place.replaceAll('/', '-')}-${i + 1}.test.ts`)
      writeFileSync(path, groupFile(folder, members))
      groups.set(relative(ROOT, path), members)
    }
  }
  return { files: [...groups.keys(), ...alone], membersOf: (file) => groups.get(file) ?? [file] }
}

function isAlone (file: string): boolean {
  return ALONE.some((place) => file.startsWith(`test/${place}`))
}

function groupFile (folder: string, members: readonly string[]): string {
  const imports = members.map((file) => `import '${relative(folder, join(ROOT, file))}'`)
  // Some files set a limit of their own, which would apply to the whole group.
  return [...imports, "import t from 'tap'", `t.setTimeout(${GROUP_TIMEOUT_S * 1000})`, ''].join('\n')
}
