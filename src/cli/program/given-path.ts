import { resolve } from 'node:path'
import type { CommandContext } from './context.ts'

/**
 * A path as it was typed. `npm run perfbook` runs in the project's folder wherever it is called, and keeps
 * the folder of the call in INIT_CWD: relative paths mean that one. Without npm the path stays as it is.
 * Settings such as DATA_DIR do not pass here: they are relative to the project's folder.
 */
export function givenPath ({ env }: Pick<CommandContext, 'env'>, path: string): string {
  // A script that npm runs may change the folder itself, or call the program of another project: INIT_CWD
  // says nothing then.
  const isFromNpm = env['INIT_CWD'] !== undefined && env['npm_package_json'] === resolve('package.json')
  return isFromNpm ? resolve(env['INIT_CWD'] ?? '', path) : path
}
