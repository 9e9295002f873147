import type { ErrorObject } from 'ajv/dist/2020.js'
import { shorten } from '../short-text.ts'
import { importError, type ImportErrorText } from './error-messages.ts'

/** What is wrong with a piece of JSON: the path below the piece (`.points`), and a sentence. */
export interface JsonFault {
  path: string
  message: ImportErrorText
}

/**
 * An error of a schema, in words. Descriptions in the schema complete the sentence "expected …". Needs ajv's
 * option `verbose`.
 */
export function describeFault (error: ErrorObject): JsonFault {
  // A piece is never a list itself, so a number in the path is an index in a list.
  const path = error.instancePath.replaceAll(/\/(\d+)/g, '[$1]').replaceAll('/', '.')
  if (error.keyword === 'required') {
    const missing = error.params.missingProperty as string
    return { path: `${path}.${missing}`, message: importError('property_missing') }
  }
  if (error.keyword === 'additionalProperties') {
    const known = Object.keys((error.parentSchema as { properties: object }).properties)
    return {
      path: `${path}.${shorten(error.params.additionalProperty as string)}`,
      message: importError('unknown_property', { known: known.join(', ') }),
    }
  }
  if (error.keyword === 'maxLength') {
    const found = { value: show(error.data), most: error.params.limit as number }
    return { path, message: importError('long_json_text', found) }
  }
  const { description = error.message } = error.parentSchema as { description?: string }
  const found = { value: show(error.data), expected: description ?? '' }
  return { path, message: importError('unexpected_value', found) }
}

function show (value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  return shorten(JSON.stringify(value) ?? 'nothing')
}
