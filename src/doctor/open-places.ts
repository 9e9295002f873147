// Finds what other users of this machine can access in a data folder. Everything Perfbook creates is for its
// owner alone (umask 077 in main.ts), but a folder that already existed, or was copied, may be open.
import { lstatSync, readdirSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { programFile } from '../program-files.ts'

interface OpenPlace {
  path: string
  /** The command that closes it. */
  command: string
}

interface PrivatePlaces {
  dataFolder: string
  /** The key that signs cookies. */
  secretFile: string
  /**
   * Files of settings or a key that the administrator provides. Their group may read them: `/etc` belongs to
   * the administrator.
   */
  settingsFiles?: readonly string[]
}

/** Public sample data: a checkout has it in the default data folder. */
const SAMPLE = programFile('data/sample')

const GROUP_AND_OTHERS = 0o077
const OTHERS = 0o007
/** A user who may enter a folder can reach what is open in it. */
const MAY_ENTER = 0o011

/**
 * Places that other users can access: the data folder, its direct entries, the secret, and settings files.
 * What is in a folder that others cannot enter is left out, and so is the public sample data. Reads one
 * folder. Throws errors of the file system about the data folder.
 */
export function openPlaces ({ dataFolder, secretFile, settingsFiles = [] }: PrivatePlaces): OpenPlace[] {
  const places: OpenPlace[] = []
  const look = (path: string, rights: number) => {
    const stats = lstatSync(path, { throwIfNoEntry: false })
    // The mode of a link means nothing.
    if (stats === undefined || stats.isSymbolicLink() || (stats.mode & rights) === 0) return
    const mode = stats.isDirectory() ? '700' : rights === OTHERS ? 'o=' : '600'
    places.push({ path, command: `chmod ${mode} ${path}` })
  }
  look(dataFolder, GROUP_AND_OTHERS)
  const canEnter = (lstatSync(dataFolder).mode & MAY_ENTER) !== 0
  const within = canEnter ? readdirSync(dataFolder).sort().map((name) => join(dataFolder, name)) : []
  for (const path of new Set([...within, secretFile])) {
    if (resolve(path) !== SAMPLE) look(path, GROUP_AND_OTHERS)
  }
  for (const path of settingsFiles) look(path, OTHERS)
  return places
}

/**
 * An open place together with what is open in it, because closing the folder closes that too.
 */
interface OpenFolder extends OpenPlace {
  /** Names in the data folder that are open as well. */
  within: string[]
}

/** Groups the places in an open data folder under it. */
export function byFolder (places: readonly OpenPlace[], dataFolder: string): OpenFolder[] {
  const isOpen = places.some(({ path }) => path === dataFolder)
  const isWithin = ({ path }: OpenPlace) => isOpen && dirname(path) === dataFolder
  const within = places.filter(isWithin).map(({ path }) => basename(path))
  return places
    .filter((place) => !isWithin(place))
    .map((place) => ({ ...place, within: place.path === dataFolder ? within : [] }))
}
