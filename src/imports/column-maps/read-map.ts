import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { shortenName } from '../../short-text.ts'
import { importError } from '../error-messages.ts'
import { describeFault } from '../json-faults.ts'
import { Refusal } from '../problems.ts'
import { dayMs } from '../sources/text-values.ts'
import { COLUMN_MAP_SCHEMA, type ColumnMap } from './column-map.ts'
import { MAP_BYTES_MAX } from './map-values.ts'

/** A column map from a file. Throws Refusal. */
export async function readMapFile (path: string): Promise<ColumnMap> {
  const name = shortenName(basename(path))
  try {
    const { size } = await stat(path)
    if (size > MAP_BYTES_MAX) throw tooLong(name)
    return readColumnMap(await readFile(path, 'utf8'), name)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === undefined) throw error
    throw new Refusal({ file: name }, importError('map_unreadable', { code }))
  }
}

const EXAMPLE = '{"columns": [{"column": "Name", "use": "name"}, ' +
  '{"column": "HW 1", "use": "task", "points_possible": 10}]}'

/** Where the parser stopped, as far as it says so. */
function placeIn ({ message }: SyntaxError): string {
  const [, line, column] = /\(line (\d+) column (\d+)\)$/.exec(message) ?? []
  return line === undefined ? '' : ` from line ${line}, character ${column} on`
}

/**
 * A column map from its JSON. `name` is the file or the form field, for errors. Throws Refusal, which names
 * the place in the JSON.
 */
export function readColumnMap (text: string, name: string): ColumnMap {
  if (Buffer.byteLength(text) > MAP_BYTES_MAX) throw tooLong(name)
  let value: unknown
  try {
    value = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
    const found = { where: placeIn(error), example: EXAMPLE }
    throw new Refusal({ file: name }, importError('map_no_json', found))
  }
  const ajv = new Ajv2020({ allowUnionTypes: true, verbose: true })
  ajv.addFormat('date', (day) => dayMs(day) !== undefined)
  const validate = ajv.compile<ColumnMap>(COLUMN_MAP_SCHEMA)
  if (validate(value)) return value
  const error = validate.errors?.at(-1)
  if (error === undefined) throw new Error('A check failed without an error.')
  const { path, message } = describeFault(error)
  throw new Refusal({ file: name, path: path === '' ? null : path.replace(/^\./, '') }, message)
}

function tooLong (name: string): Refusal {
  return new Refusal({ file: name }, importError('map_too_long', { most: MAP_BYTES_MAX }))
}
