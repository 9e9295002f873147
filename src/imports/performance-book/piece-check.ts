import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { shorten } from '../../short-text.ts'
import { dayMs, instantMs } from '../sources/text-values.ts'
import { PERFORMANCE_BOOK_SCHEMA } from './performance-book-1.schema.ts'

/** What is wrong with a piece: path below the piece (`.points`), and a sentence. */
export interface PieceFault {
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
    const validate = ajv.getSchema(
      kind === 'format' ? 'book#/properties/format' : `book#/$defs/${kind}`
    ) as ValidateFunction
    return (value) => validate(value) ? null : describe(validate.errors!)
  }
}

function describe (errors: ErrorObject[]): PieceFault {
  // Where one of several forms was expected, the last error is about all of them.
  const error = errors.at(-1)!
  const path = error.instancePath.replaceAll('/', '.')
  if (error.keyword === 'required') {
    return { path: `${path}.${error.params.missingProperty as string}`, message: 'is missing' }
  }
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys((error.parentSchema as { properties: object }).properties)
    return {
      path: `${path}.${shorten(error.params.additionalProperty as string)}`,
      message: `is not known; expected one of ${known.join(', ')}`,
    }
  }
  if (error.keyword === 'maxLength') {
    return {
      path,
      message: `is ${show(error.data)}, expected at most ${error.params.limit as number} characters`,
    }
  }
  return {
    path,
    message: `is ${show(error.data)}, expected ${
      (error.parentSchema as { description?: string }).description ?? error.message
    }`,
  }
}

function show (value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  return shorten(JSON.stringify(value) ?? 'nothing')
}
