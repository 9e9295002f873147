// The single binary runs this first: it unpacks the program and runs its src/main.
import { createRequire, enableCompileCache, flushCompileCache } from 'node:module'
import { join } from 'node:path'
import { getAsset, getRawAsset } from 'node:sea'
import { printable } from '../cli/program/printer.ts'
import { chooseCacheFolder } from './cache-folder.ts'
import { hasCode } from '../errors.ts'
import { unpack, type Manifest } from './unpack.ts'

/** Asset with the manifest; the files are assets by their paths. */
const MANIFEST = 'manifest.json'
/**
 * Compiled code is written to the cache after this time, ms: by then the service is ready. That also happens
 * at exit, but a process may be killed.
 */
const KEEP_CODE_AFTER_MS = 5000

process.umask(0o077)
const userId = process.getuid?.()
const { folders, args } = chooseCacheFolder(process.env, process.argv.slice(2), userId)
let folder: string | undefined
try {
  folder = unpack({
    manifest: JSON.parse(getAsset(MANIFEST, 'utf8')) as Manifest,
    read: (path) => new Uint8Array(getRawAsset(path)),
    cacheFolders: folders,
    userId,
  })
} catch (error) {
  if (!hasCode(error, 'CANNOT_UNPACK')) throw error
  process.stderr.write(`error: ${printable(error.message)}\n`)
  process.exitCode = 1
}
if (folder !== undefined) {
  process.argv.splice(2, Infinity, ...args)
  enableCompileCache(join(folder, 'compiled'))
  setTimeout(flushCompileCache, KEEP_CODE_AFTER_MS).unref()
  createRequire(join(folder, 'main.cjs'))('./main.cjs')
}
