import { reachable, runningService } from '../../../db/sqlite/folder-lock.ts'
import type { Config } from '../../config.ts'
import type { CommandContext } from './context.ts'

/**
 * Start of a link: the PUBLIC_URL of the running service or of the settings, or else the address where the
 * service listens or would listen. In that case a sentence says so.
 */
export function baseOfLinks (
  { stderr }: CommandContext, { DATA_DIR, HOST, PORT, PUBLIC_URL }: Config
): string {
  const service = runningService(DATA_DIR)
  const publicUrl = service?.publicUrl ?? PUBLIC_URL
  if (publicUrl !== '') return publicUrl
  const host = HOST.includes(':') ? `[${HOST}]` : HOST
  const base = reachable(service?.address ?? `http://${host}:${PORT}`)
  stderr.write(
    `PUBLIC_URL is not set, so the link starts with ${base}. ` +
      'Set PUBLIC_URL to the public address of the service so that the link works on other machines.\n'
  )
  return base
}
