import type { ImportRun } from '../import-run.ts'
import { Refusal } from '../problems.ts'
import type { Source, SourceFile } from '../sources/source-files.ts'
import { ROSTER_FILES } from './roster-files.ts'
import { RowReader } from './row-reader.ts'

/** `bulk`: all there is; `delta`: what changed; `absent`: nothing is said. */
export type FileMode = 'bulk' | 'delta' | 'absent'

export const BUNDLE_FILES = [...ROSTER_FILES.map((file) => file.name), 'results']

export interface Bundle {
  /** By the name of the file; more than one where several PATHs are one import. */
  files: Map<string, SourceFile[]>
  modes: Map<string, FileMode>
}

/** Whether some file of a source is called like a file of a OneRoster bundle. */
export function isBundle (source: Source): boolean {
  return source.files.some((file) =>
    file.base === 'manifest.csv' || BUNDLE_FILES.some((name) => file.base === `${name.toLowerCase()}.csv`)
  )
}

/** Reads the manifests of all sources and says which file is to be read how. Throws Refusal. */
export async function readManifests (sources: Source[], run: ImportRun): Promise<Bundle> {
  const bundle: Bundle = { files: new Map(), modes: new Map() }
  for (const source of sources) {
    const manifest = source.files.find((file) => file.base === 'manifest.csv')
    const told = manifest === undefined ? undefined : await readManifest(manifest, run)
    if (
      manifest === undefined &&
      !sources.some((other) => other.files.some((file) => file.base === 'manifest.csv'))
    ) {
      run.problems.warn('manifest_missing', { file: source.name })
    }
    const rest: FileMode = told !== undefined && [...told.values()].every(({ mode }) =>
      mode !== 'bulk'
    ) && [...told.values()].some(({ mode }) => mode === 'delta')
      ? 'delta'
      : 'bulk'
    for (const name of BUNDLE_FILES) {
      const file = source.files.find(({ base }) => base === `${name.toLowerCase()}.csv`)
      const entry = told?.get(name)
      let mode = entry?.mode
      if (mode === 'absent' || (mode === undefined && file === undefined)) continue
      if (file === undefined) {
        throw new Refusal(
          { file: manifest!.name, line: entry!.line },
          `says that ${name} is ${mode}, but there is no ${name}.csv`
        )
      }
      if (mode === undefined) {
        mode = rest
        if (told !== undefined) run.problems.warn('manifest_incomplete', { file: file.name })
      }
      const other = bundle.modes.get(name)
      if (other !== undefined && other !== mode) {
        throw new Refusal(
          { file: file.name },
          `is ${mode}, but another ${name}.csv of this import is ${other}; import one after the other, bulk first`
        )
      }
      bundle.modes.set(name, mode)
      bundle.files.set(name, [...bundle.files.get(name) ?? [], file])
    }
  }
  for (const name of BUNDLE_FILES) if (!bundle.modes.has(name)) bundle.modes.set(name, 'absent')
  return bundle
}

async function readManifest (
  file: SourceFile,
  run: ImportRun
): Promise<Map<string, { mode: FileMode, line: number }>> {
  const modes = new Map<string, { mode: FileMode, line: number }>()
  await run.readCsv(file, (names, header) => {
    const row = new RowReader({
      file: file.name,
      names,
      line: header,
      required: ['propertyName', 'value'],
      problems: run.problems,
    })
    return (fields, line) => {
      row.next(fields, line)
      const property = row.id('propertyName') ?? ''
      const value = row.word('value')
      if (property === 'oneroster.version' && !['1.0', '1.1', '1.2'].includes(value)) {
        row.warn('unknown_version')
      }
      const name = BUNDLE_FILES.find((known) => `file.${known}`.toLowerCase() === property.toLowerCase())
      if (name === undefined) return
      if (value === 'bulk' || value === 'delta' || value === 'absent') modes.set(name, { mode: value, line })
      else row.error('value', 'bulk, delta or absent')
    }
  })
  return modes
}
