import { readFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { SETTINGS } from '../../settings.ts'
import { wrongUsage } from './failures.ts'

interface SettingsFile {
  values: Record<string, string>
  /** One sentence each: lines that say nothing, names that are none. */
  problems: string[]
}

/**
 * Reads settings from a file: lines `NAME=value` as in a `.env` file, or one JSON object. Throws UsageError
 * where it cannot be read.
 */
export function readSettingsFile (path: string): SettingsFile {
  let text: string
  try {
    text = readFileSync(path, 'utf8').replace(/^\uFEFF/, '')
  } catch (error) {
    throw wrongUsage(`The settings file cannot be read: ${(error as Error).message}`)
  }
  const { values, problems } = text.trimStart().startsWith('{') ? fromJson(text) : fromLines(text)
  for (const name of Object.keys(values)) {
    if (Object.hasOwn(SETTINGS, name)) continue
    problems.push(`${name}: there is no such setting`)
    delete values[name]
  }
  return { values, problems: problems.map((problem) => `${path}: ${problem}`) }
}

function fromLines (text: string): SettingsFile {
  const problems = text.split(/\r?\n/).flatMap((line, index) =>
    /^\s*(#.*)?$|^\s*(export\s+)?[\w.-]+\s*=/.test(line) ? [] : [`line ${index + 1} is not NAME=value`]
  )
  return { values: parseEnv(text) as Record<string, string>, problems }
}

function fromJson (text: string): SettingsFile {
  let parsed: Record<string, unknown>
  try {
    parsed = JSON.parse(text) as Record<string, unknown>
  } catch (error) {
    return { values: {}, problems: [`is not valid JSON: ${(error as Error).message}`] }
  }
  const values: Record<string, string> = {}
  const problems: string[] = []
  for (const [name, value] of Object.entries(parsed)) {
    if (['string', 'number', 'boolean'].includes(typeof value)) values[name] = String(value)
    else if (Array.isArray(value) && value.every((one) => typeof one === 'string')) {
      values[name] = value.join(',')
    } else problems.push(`${name}: must be text, a number, true or false, or a list of texts`)
  }
  return { values, problems }
}
