import { secretInSetupFile, writeSetupFile } from '../../accounts/setup-file.ts'
import { setupUrl } from '../../accounts/setup.ts'
import type { Log } from '../../log.ts'
import type { Services } from '../../services.ts'

/**
 * Writes the setup link of a service without an administrator into its data folder. The log never has the
 * link. With many nodes there is no such file, and `perfbook setup-link` makes the link. Returns the link;
 * undefined: there is none. Throws nothing: the service runs without it.
 */
export async function offerSetup (
  { config, db, setup }: Services, { base, log }: { base: string, log: Log }
): Promise<string | undefined> {
  try {
    if (db.engine !== 'sqlite') {
      if (config.NODE_ROLE !== 'worker' && await setup.isNeeded()) {
        log.info({}, 'there is no administrator yet: "perfbook setup-link" prints a link to make one')
      }
      return undefined
    }
    const link = await setup.keepOrCreateLink(secretInSetupFile(config.DATA_DIR))
    if (link === undefined) return undefined
    const url = setupUrl(base, link.secret)
    const file = writeSetupFile(config.DATA_DIR, url)
    log.info({ file }, 'there is no administrator yet: open the link in this file to make one')
    return url
  } catch (error) {
    log.warn({ err: error }, 'the setup link could not be created; "perfbook setup-link" prints one')
    return undefined
  }
}
