import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js'
import { shorten } from '../../short-text.ts'
import { dayMs, instantMs } from '../sources/text-values.ts'
import { PERFORMANCE_BOOK_SCHEMA } from './performance-book-1.schema.ts'

/** What is wrong with a piece: the path below the piece (`.points`), and a sentence. */
interface PieceFault {
  path: string
  message: string
}

export type PieceCheck = (value: unknown) => PieceFault | null

/** Makes a check for each kind of piece of the published schema (`$defs`), and for `format`. */
export function pieceChecks (): (kind: string) => PieceCheck {
  const ajv = new Ajv2020({ allowUnionTypes: true, verbose: true })
  ajv.addFormat('date', (text) => dayMs(text) !== undefined)
  ajv.addFormat('date-time', (text) => instantMs(text) !== undefined)
  ajv.addSchema(PERFORMANCE_BOOK_SCHEMA, 'book')
  return (kind) => {
    const path = kind === 'format' ? 'book#/properties/format' : `book#/$defs/${kind}`
    const validate = ajv.getSchema(path)
    if (validate === undefined) throw new Error(`The schema has no ${kind}.`)
    return (value) => {
      // If one of several forms was expected, the last error is about all of them.
      const error = validate(value) ? undefined : validate.errors?.at(-1)
      return error === undefined ? null : describe(error)
    }
  }
}

function describe (error: ErrorObject): PieceFault {
  // A piece is never a list itself, so a number in the path is an index in a list.
  const path = error.instancePath.replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.')
  if (error.keyword === 'required') {
    return { path: `${path}.${error.params.missingProperty as string}`, message: 'is missing' }
  }
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys((error.parentSchema as { properties: object }).properties)
    return {
      path: `${path}.${shorten(error.params.additionalProperty as string)}`,
      message: `is not a known property; expected one of ${known.join(', ')}`,
    }
  }
  if (error.keyword === 'maxLength') {
    return {
      path,
      message: `is ${show(error.data)}, expected at most ${error.params.limit as number} characters`,
    }
  }
  const { description = error.message } = error.parentSchema as { description?: string }
  return { path, message: `is ${show(error.data)}, expected ${description}` }
}

function show (value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  return shorten(JSON.stringify(value) ?? 'nothing')
}
