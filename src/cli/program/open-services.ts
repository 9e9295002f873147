import { readConfig, type Config } from '../../config.ts'
import { createServices, type Services } from '../../services.ts'
import type { CommandContext } from './context.ts'

const QUIET = { info () {}, warn () {}, error () {} }

/** Runs `work` over the services of the data folder that the environment names, and closes them again. */
export async function withServices<T> (
  context: CommandContext,
  work: (services: Services, config: Config) => Promise<T>
): Promise<T> {
  const config = readConfig(context.env)
  const services = await createServices({ config, log: QUIET })
  try {
    return await work(services, config)
  } finally {
    await services.close(0)
  }
}
