// Copying a file is faster than running the statements that create all tables.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { openDatabase, sqliteFile } from '../../db/index.ts'
import { makeDurableFolder } from '../../src/durable-folder.ts'

let bytes: Promise<Buffer> | undefined

/** Writes an SQLite database that has all tables and no rows, unless the file is there. */
export async function ensureSqlite (file: string): Promise<void> {
  if (existsSync(file)) return
  const content = await (bytes ??= makeOne())
  makeDurableFolder(dirname(file))
  writeFileSync(file, content, { mode: 0o600 })
}

async function makeOne (): Promise<Buffer> {
  const folder = mkdtempSync(join(tmpdir(), 'perfbook-empty-database-'))
  try {
    const file = join(folder, 'perfbook.sqlite')
    await (await openDatabase(sqliteFile(file))).close()
    return readFileSync(file)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
