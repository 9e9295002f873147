import type { ErrorObject } from 'ajv/dist/2020.js'
import { shorten } from '../short-text.ts'

/** What is wrong with a piece of JSON: the path below the piece (`.points`), and a sentence. */
export interface JsonFault {
  path: string
  message: string
}

/**
 * An error of a schema, in words. Descriptions in the schema complete the sentence "expected …". Needs ajv's
 * option `verbose`.
 */
export function describeFault (error: ErrorObject): JsonFault {
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
