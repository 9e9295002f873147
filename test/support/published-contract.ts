// Holds every answer against what /api/openapi.json says of its route and status.
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'

interface Operation {
  responses: Record<string, { content?: Record<string, { schema?: object }> }>
}
export interface PublishedContract {
  paths: Record<string, Record<string, Operation>>
}

export interface AnyAnswer {
  status: number
  contentType: string
  text: string
}

const ajv = new Ajv2020({ allErrors: true, strict: false })
addFormats.default(ajv)
/** By the text of the schema: each service has its own objects, and compiling them takes long. */
const compiled = new Map<string, ValidateFunction>()

function validatorOf (schema: object): ValidateFunction {
  const text = JSON.stringify(schema)
  const validate = compiled.get(text) ?? ajv.compile(closed(schema))
  compiled.set(text, validate)
  return validate
}

/** Returns what is wrong with an answer; undefined: nothing, or the address is none of the contract's. */
export function contractCheck (
  { paths }: PublishedContract
): (method: string, url: string, answer: AnyAnswer) => string | undefined {
  const validators = new Map<object, ValidateFunction>()
  const patterns = Object.keys(paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
    params: path.split('{').length,
  }))
    .sort((a, b) => a.params - b.params)

  return (method, url, { status, contentType, text }) => {
    const path = patterns.find(({ pattern }) => pattern.test(url.split('?', 1)[0]!))?.path
    // A HEAD is a GET without its body.
    const operation = path === undefined
      ? undefined
      : paths[path]![method === 'HEAD' ? 'get' : method.toLowerCase()]
    if (operation === undefined) return undefined
    const where = `${method} ${path!} ${status}`
    const response = operation.responses[String(status)]
    if (response === undefined) return `${where}: the contract does not know this status`
    const [type] = contentType.split(';')
    const published = response.content?.[type!] ?? response.content?.['*/*']
    if (text === '' || method === 'HEAD') return undefined
    if (published === undefined) {
      return `${where}: the contract does not know an answer of type ${contentType}`
    }
    if (type !== 'application/json' || published.schema === undefined) return undefined
    let validate = validators.get(published.schema)
    if (validate === undefined) {
      validators.set(published.schema, validate = validatorOf(published.schema))
    }
    return validate(JSON.parse(text))
      ? undefined
      : `${where}: ${ajv.errorsText(validate.errors, { dataVar: 'answer' })}`
  }
}

/**
 * The same schema, in which objects have no keys but those it names: what an answer has besides belongs into
 * the contract.
 */
function closed<T> (schema: T): T {
  if (Array.isArray(schema)) return schema.map(closed) as T
  if (typeof schema !== 'object' || schema === null) return schema
  const copy = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, closed(value)]))
  return ('properties' in schema && !('additionalProperties' in schema)
    ? { ...copy, additionalProperties: false }
    : copy) as T
}
