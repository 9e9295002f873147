import { readdirSync } from 'node:fs'
import { Readable } from 'node:stream'
import type { FileDescription, FileRow } from '../../src/files/file-library.ts'
import type { TestService } from './test-service.ts'

/** A file of the service's first course, stored through the library, and the path of its address. */
export async function storeFile (
  { services, courseIds }: TestService,
  content: string | Buffer,
  description: Partial<FileDescription> = {}
): Promise<FileRow & { path: string }> {
  const file = await services.files.store(Readable.from([Buffer.from(content)], { objectMode: false }), {
    owner: { type: 'course', id: courseIds[0] ?? 1 },
    category: 'slides',
    filename: 'a.bin',
    contentType: 'application/octet-stream',
    createdBy: null,
    expiresAt: null,
    ...description,
  })
  return { ...file, path: `/files/${file.hex}/${encodeURIComponent(file.filename)}` }
}

/** How many files have their bytes where the service stores them. */
export async function storedCount ({ services }: TestService): Promise<number> {
  const { files } = services.config
  if (files.kind === 'disk') return readdirSync(files.folder).length
  const { keysIn } = await import('./swift.ts')
  return (await keysIn(files.store)).filter((key) => key.startsWith(`${files.store.prefix}files/`)).length
}
