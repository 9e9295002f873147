import { isBundle } from './oneroster/manifest.ts'
import { importRoster } from './oneroster/import-roster.ts'
import { importDocuments } from './performance-book/import-document.ts'
import type { ImportFormat } from './import-options.ts'
import type { ImportRun } from './import-run.ts'
import { Refusal } from './problems.ts'
import type { Source } from './source-files.ts'

/** Hands each source to the reader of its format; all bundles together are one. Throws Refusal where a format cannot be recognised. */
export async function importByFormat (sources: Source[], run: ImportRun): Promise<void> {
  const bundles: Source[] = []
  const documents: Source[] = []
  for (const source of sources) {
    const format = run.options.format ?? recognise(source)
    if (format === 'oneroster') bundles.push(source)
    else if (format === 'performance-book') documents.push(source)
    else throw new Refusal({ file: source.name }, 'is in no known format: expected a OneRoster bundle or a performance-book/1 document')
  }
  if (bundles.length > 0) await importRoster(bundles, run)
  if (documents.length > 0) await importDocuments(documents.flatMap((source) => source.files.filter((file) => source.isFile || file.base.endsWith('.json'))), run)
}

function recognise (source: Source): ImportFormat | undefined {
  if (isBundle(source)) return 'oneroster'
  if (source.files.some((file) => file.base.endsWith('.json'))) return 'performance-book'
  return undefined
}
