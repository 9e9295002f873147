import { existsSync } from 'node:fs'
import { readConfig, type Config } from '../../config.ts'
import { createServices, type Services } from '../../services.ts'
import type { CommandContext } from './context.ts'

const QUIET = { info () {}, warn () {}, error () {} }

/**
 * Runs `work` over the services of the data folder that the environment names, and closes them again. A new
 * database is fine for a command that fills it, but may come from a mistake in the folder's name: it says so,
 * unless the new database is expected.
 */
export async function withServices<T> (
  context: CommandContext,
  work: (services: Services, config: Config) => Promise<T>,
  { isNewExpected = false }: { isNewExpected?: boolean } = {}
): Promise<T> {
  const config = readConfig(context.env)
  const isNew = config.database.engine === 'sqlite' && !existsSync(config.databaseFile)
  const services = await createServices({ config, log: QUIET })
  if (isNew && !isNewExpected) {
    context.stderr.write(`There was no database in ${config.DATA_DIR}, so a new, empty one was created. ` +
      'If this is the wrong folder, name the right one with --data-dir or DATA_DIR.\n')
  }
  try {
    return await work(services, config)
  } finally {
    await services.close(0)
  }
}
