import { tmpdir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'

interface CacheChoice {
  /** Folders to unpack into, in order of preference. Only one if it was chosen by the user. */
  folders: string[]
  /** The arguments without `--cache-dir`. */
  args: string[]
}

/**
 * Where the binary unpacks itself: `--cache-dir` (anywhere among the arguments before `--`) or `CACHE_DIR`,
 * otherwise the user's cache folder (`XDG_CACHE_HOME`, or `.cache` in `HOME`, as in the XDG Base Directory
 * Specification), otherwise a folder of this user in the temporary folder. Never throws: the command line
 * refuses an option without a value.
 */
export function chooseCacheFolder (
  env: Readonly<Record<string, string | undefined>>,
  given: readonly string[],
  userId: number | undefined
): CacheChoice {
  const args = [...given]
  const end = args.includes('--') ? args.indexOf('--') : args.length
  const at = args.findIndex((arg, index) => index < end && /^--cache-dir(=|$)/.test(arg))
  let chosen = env['CACHE_DIR'] ?? ''
  if (at !== -1) {
    const [, value] = /^--cache-dir=(.*)$/s.exec(args[at] ?? '') ?? []
    const next = value ?? args[at + 1]
    if (next !== undefined && next !== '') {
      chosen = next
      args.splice(at, value === undefined ? 2 : 1)
    }
  }
  if (chosen !== '') return { folders: [resolve(chosen)], args }
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
