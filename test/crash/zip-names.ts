import { fromBuffer } from 'yauzl'

/** The names in an archive; rejects where it is damaged. */
export function unzippedNames (bytes: Buffer): Promise<string[]> {
  return new Promise((resolve, reject) => {
    fromBuffer(bytes, {}, (error, zip) => {
      if (error !== null) {
        reject(error)
        return
      }
      const names: string[] = []
      zip.on('entry', (entry) => {
        names.push(entry.fileName)
      }).on('end', () => {
        resolve(names)
      }).on('error', reject)
    })
  })
}
