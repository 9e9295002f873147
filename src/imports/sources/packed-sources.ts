// Several files and folders as one upload: how an import of the command line reaches the node that runs it.
// The archive has a folder for each PATH, by its place in the command.
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import yauzl from 'yauzl'
import yazl from 'yazl'
import { filesOfFolder } from './folder-files.ts'

/**
 * Writes an archive with what an import reads of these files and folders. They exist, as `openSource` has
 * found. Throws errors of the file system and the signal's reason.
 */
export async function packSources (
  paths: readonly string[], archive: string, signal?: AbortSignal
): Promise<void> {
  const zip = new yazl.ZipFile()
  for (const [i, path] of paths.entries()) {
    const name = `${i}/${basename(path)}`
    if (!(await stat(path)).isDirectory()) {
      zip.addReadStreamLazy(name, lazily(path))
      continue
    }
    zip.addEmptyDirectory(name)
    for (const file of (await filesOfFolder(path, basename(path))).files) {
      zip.addReadStreamLazy(`${name}/${file.name}`, lazily(file.path))
    }
  }
  zip.end({ comment: '', forceZip64Format: false })
  const options = signal === undefined ? {} : { signal }
  await pipeline(zip.outputStream, createWriteStream(archive), options)
}

type OnStream = (error: unknown, stream: NodeJS.ReadableStream) => void

/** Opened when its turn comes, so that a thousand files do not take a thousand descriptors. */
function lazily (path: string): (onStream: OnStream) => void {
  return (onStream) => { onStream(null, createReadStream(path)) }
}

/**
 * Unpacks what `packSources` has packed into a folder that exists. Returns the paths, in order. Only for
 * archives of our own: names are not checked beyond what yauzl refuses.
 */
export async function unpackSources (archive: string, folder: string): Promise<string[]> {
  const paths = new Map<number, string>()
  const zip = await yauzl.openPromise(archive, { lazyEntries: true, autoClose: false })
  try {
    for await (const entry of zip.eachEntry()) {
      const [place = '', name = ''] = entry.fileName.split('/')
      paths.set(Number(place), join(folder, place, name))
      const file = join(folder, entry.fileName)
      if (entry.fileName.endsWith('/')) {
        await mkdir(file, { recursive: true })
        continue
      }
      await mkdir(dirname(file), { recursive: true })
      await pipeline(await zip.openReadStreamPromise(entry), createWriteStream(file))
    }
  } finally {
    zip.close()
  }
  return [...paths].sort(([a], [b]) => a - b).map(([, path]) => path)
}
