import { tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

export interface CacheChoice {
  /** Folders to unpack into, best first. One only where it was asked for. */
  folders: string[]
  /** The arguments without `--cache-dir`. */
  args: string[]
}

/**
 * Where the binary unpacks itself: `--cache-dir` (anywhere among the arguments before `--`) or `CACHE_DIR`;
 * else the user's cache folder (`XDG_CACHE_HOME`, or `.cache` in `HOME`, as the XDG Base Directory
 * Specification has it); else a folder of this user among the temporary ones. Throws nothing: an option
 * without its value is left for the command line to refuse.
 */
export function chooseCacheFolder (
  env: Readonly<Record<string, string | undefined>>,
  given: readonly string[],
  userId: number | undefined
): CacheChoice {
  const args = [...given]
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const at = args.findIndex((arg, index) => index < end && /^--cache-dir(=|$)/.test(arg))
  let asked = env['CACHE_DIR'] ?? ''
  if (at !== -1) {
    const [, value] = /^--cache-dir=(.*)$/s.exec(args[at]!) ?? []
    const next = value ?? args[at + 1]
    if (next !== undefined && next !== '') {
      asked = next
      args.splice(at, value === undefined ? 2 : 1)
    }
  }
  if (asked !== '') return { folders: [resolve(asked)], args }
  const { XDG_CACHE_HOME: xdg = '', HOME: home = '' } = env
  return {
    folders: [
      ...(isAbsolute(xdg) ? [join(xdg, 'perfbook')] : []),
      ...(isAbsolute(home) ? [join(home, '.cache', 'perfbook')] : []),
      join(tmpdir(), `perfbook-${userId ?? 'cache'}`),
    ],
    args,
  }
}
