// An import in a process of its own, which a test kills: SOURCE, the folder for staging, and the location of
// the database as JSON.
import type { DatabaseLocation } from '../../db/index.ts'
import { importSources } from '../../src/imports/import-sources.ts'

const [source = '', stagingFolder = '', location = ''] = process.argv.slice(2)

await importSources([source], {
  database: JSON.parse(location) as DatabaseLocation,
  stagingFolder,
  defaultTimeZone: 'UTC',
  dryRun: false,
  strict: false,
  allowRemovals: false,
  maxBytes: 2 ** 31,
  now: Date.now,
})
