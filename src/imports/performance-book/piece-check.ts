import { Ajv2020 } from 'ajv/dist/2020.js'
import { describeFault, type JsonFault } from '../json-faults.ts'
import { dayMs, instantMs } from '../sources/text-values.ts'
import { PERFORMANCE_BOOK_SCHEMA } from './performance-book-1.schema.ts'

export type PieceCheck = (value: unknown) => JsonFault | null

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
      return error === undefined ? null : describeFault(error)
    }
  }
}
