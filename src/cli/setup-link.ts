import { Command } from 'commander'
import { setupUrl } from '../accounts/setup.ts'
import { writeSetupFile } from '../accounts/setup-file.ts'
import { BY_COMMAND } from '../audit/audit.ts'
import { isoTime } from '../iso-time.ts'
import { baseOfLinks } from './program/base-of-links.ts'
import type { CommandContext } from './program/context.ts'
import { failed } from './program/failures.ts'
import { withServices } from './program/open-services.ts'

/** Prints the link alone to stdout. */
export function setupLinkCommand (context: CommandContext): Command {
  return new Command('setup-link')
    .description('print a new one-time setup link for the first administrator')
    .action(async () => {
      await withServices(context, async ({ audit, db, setup }, config) => {
        const link = await setup.createLink()
        if (link === undefined) {
          throw failed(
            'This service already has an administrator. ' +
              'To make another one: perfbook user invite EMAIL --role admin'
          )
        }
        audit.record({ ...BY_COMMAND, action: 'user.setup-link', subject: null })
        const url = setupUrl(baseOfLinks(context, config), link.secret)
        context.stderr.write(
          `Setup link, valid until ${isoTime(link.expiresAt)}. Earlier links no longer work.\n`
        )
        context.stdout.write(`${url}\n`)
        // A single node keeps its link there. With many, each has a data folder.
        if (db.engine === 'sqlite') writeSetupFile(config.DATA_DIR, url)
      })
    })
}
