// SQLite needs locks that work and writes that reach the disk in order. Network file systems do not guarantee
// either, and a database on one gets corrupted (https://www.sqlite.org/faq.html#q5).
import { statfs } from 'node:fs/promises'
import { fine, problem, type Finding } from './finding.ts'

/** Network file systems by their `f_type`, as statfs(2) and Linux's include/uapi/linux/magic.h list them. */
const NETWORK_FILE_SYSTEMS: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x564c, 'NCP'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9P'],
  [0x73757245, 'Coda'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
])

/** What statfs says of a path; a test passes its own. */
type StatFs = (path: string) => Promise<{ type: number }>

/** Whether the data folder is on a local file system. */
export async function checkFileSystem (dataFolder: string, stat: StatFs = statfs): Promise<Finding> {
  const name = 'file system'
  const { type } = await stat(dataFolder)
  // Some platforms report it as a signed number of 32 bits.
  const network = NETWORK_FILE_SYSTEMS.get(type >>> 0)
  if (network === undefined) return fine(name, 'is not a network file system')
  return problem(
    name,
    `${dataFolder} is on a network file system (${network}), where SQLite databases get corrupted.`,
    'Stop the service, move the data folder to a local disk, and set DATA_DIR. Backups may be on a network.'
  )
}
