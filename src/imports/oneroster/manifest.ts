import { importError } from '../error-messages.ts'
import type { ImportRun } from '../import-run.ts'
import { Refusal, type Place } from '../problems.ts'
import type { Source, SourceFile } from '../sources/source-files.ts'
import { ROSTER_FILES } from './roster-files.ts'
import { RowReader } from './row-reader.ts'

/** `bulk`: the file is complete; `delta`: it has changes; `absent`: there is no such file. */
export type FileMode = 'bulk' | 'delta' | 'absent'

const BUNDLE_FILES = [...ROSTER_FILES.map((file) => file.name), 'results']

export interface Bundle {
  /** By name: `users`. There are several of one name if several PATHs are one import. */
  files: Map<string, SourceFile[]>
  modes: Map<string, FileMode>
  /** What another system calls columns of OneRoster, for messages. */
  columns?: Readonly<Record<string, string>>
}

/** Whether a source has a file with the name of a OneRoster file. */
export function isBundle (source: Source): boolean {
  const bases = new Set(BUNDLE_FILES.map(baseOf))
  return source.files.some((file) => isManifest(file) || bases.has(file.base))
}

function isManifest ({ base }: SourceFile): boolean { return base === 'manifest.csv' }

function baseOf (name: string): string { return `${name.toLowerCase()}.csv` }

/** Reads the manifests of all sources and returns their files with their modes. Throws Refusal. */
export async function readManifests (sources: Source[], run: ImportRun): Promise<Bundle> {
  const bundle: Bundle = { files: new Map(), modes: new Map() }
  const hasManifest = sources.some((source) => source.files.some(isManifest))
  for (const source of sources) {
    const manifest = source.files.find(isManifest)
    const entries = manifest === undefined ? undefined : await readManifest(manifest, run)
    if (!hasManifest) run.problems.warn('manifest_missing', { file: source.name })
    for (const name of BUNDLE_FILES) {
      const file = source.files.find(({ base }) => base === baseOf(name))
      const entry = entries?.get(name)
      if (entry?.mode === 'absent') continue
      if (file === undefined) {
        if (entry === undefined) continue
        throw new Refusal(entry.place, importError('listed_file_missing', { file: name, mode: entry.mode }))
      }
      if (entry === undefined && entries !== undefined) {
        run.problems.warn('manifest_incomplete', { file: file.name })
      }
      const mode = entry?.mode ?? modeOfUnlisted(entries)
      const other = bundle.modes.get(name)
      if (other !== undefined && other !== mode) {
        throw new Refusal({ file: file.name }, importError('mixed_modes', { mode, file: name, other }))
      }
      bundle.modes.set(name, mode)
      bundle.files.set(name, [...bundle.files.get(name) ?? [], file])
    }
  }
  for (const name of BUNDLE_FILES) if (!bundle.modes.has(name)) bundle.modes.set(name, 'absent')
  return bundle
}

/** The mode of a file that the manifest does not list: as the other files, bulk if they are mixed. */
function modeOfUnlisted (entries: Manifest | undefined): FileMode {
  const modes = entries === undefined ? [] : Array.from(entries.values(), ({ mode }) => mode)
  return modes.includes('delta') && !modes.includes('bulk') ? 'delta' : 'bulk'
}

type Manifest = Map<string, { mode: FileMode, place: Place }>

async function readManifest (file: SourceFile, run: ImportRun): Promise<Manifest> {
  const entries: Manifest = new Map()
  await run.readTable(file, (names, header, numbers) => {
    const row = new RowReader({
      file: file.name,
      names,
      line: header,
      required: ['propertyName', 'value'],
      problems: run.problems,
      numbers,
      dates: run.options.dates,
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
      if (value === 'bulk' || value === 'delta' || value === 'absent') {
        entries.set(name, { mode: value, place: { file: file.name, line } })
      } else row.error('value', 'not_a_mode')
    }
  })
  return entries
}
